using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Pangu.Serving.Catalogue;

/// <summary><c>GET /openapi.json</c>: the description of all endpoints, written by hand in <c>openapi.json</c>, here and in the folder of each family; a test holds it and the routes together.</summary>
internal static class OpenApiEndpoint
{
    private const string FileName = "openapi.json";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var document = Document();
        routes.MapGet("/openapi.json", async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(document, context.RequestAborted).ConfigureAwait(false);
        });
    }

    /// <summary>The server's own document with the paths and schemas of every family's put in.</summary>
    internal static byte[] Document()
    {
        var assembly = typeof(OpenApiEndpoint).Assembly;
        var parts = assembly.GetManifestResourceNames().Where(name => name.EndsWith(FileName, StringComparison.Ordinal)).OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal).Select(Read).ToList();
        var document = parts[0]; // The shortest name: the one in no folder.
        foreach (var part in parts.Skip(1))
        {
            Put(part["paths"]!, document["paths"]!);
            Put(part["components"]!["schemas"]!, document["components"]!["schemas"]!);
        }

        return JsonSerializer.SerializeToUtf8Bytes(document, DocumentJson.Default.JsonNode);

        JsonNode Read(string name)
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            return JsonNode.Parse(stream)!;
        }
    }

    private static void Put(JsonNode from, JsonNode to)
    {
        foreach (var (name, value) in from.AsObject())
        {
            to.AsObject().Add(name, value!.DeepClone());
        }
    }
}

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class DocumentJson : JsonSerializerContext;
