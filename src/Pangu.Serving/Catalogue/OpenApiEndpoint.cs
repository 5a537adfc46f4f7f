using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Pangu.Serving.Catalogue;

/// <summary><c>GET /openapi.json</c>: the description of all endpoints, written by hand in <c>openapi.json</c>; a test holds it and the routes together.</summary>
internal static class OpenApiEndpoint
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var document = Document();
        routes.MapGet("/openapi.json", async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(document, context.RequestAborted).ConfigureAwait(false);
        });
    }

    internal static byte[] Document()
    {
        using var stream = typeof(OpenApiEndpoint).Assembly.GetManifestResourceStream("openapi.json")!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
