using System.CommandLine;
using System.Text.Json.Serialization;
using Pangu.Cli.Families;
using Pangu.Cli.Terminal;
using Pangu.Core;
using Pangu.Serving;
using Pangu.Workshop.Registry;

namespace Pangu.Cli.Verbs;

/// <summary><c>pangu serve</c>: the HTTP API.</summary>
internal static class ServeVerb
{
    public static Command Create(VerbHost host)
    {
        var defaults = new ServerSettings();
        var models = new Argument<string[]>("models") { Description = "Models to serve (default: every released one that has an endpoint).", Arity = ArgumentArity.ZeroOrMore };
        var port = new Option<int>("--port") { Description = "Port to listen on; 0 takes a free one.", HelpName = "n", DefaultValueFactory = _ => defaults.Port };
        var address = new Option<string>("--host") { Description = "Address to listen on; 0.0.0.0 lets other machines in.", HelpName = "address", DefaultValueFactory = _ => defaults.Host };
        var keys = new Option<string?>("--keys") { Description = "File with one key a line; without it everybody who reaches the port may call.", HelpName = "file" };
        return host.Verb(
            "serve", "Serves models over HTTP: /v1/completions, /v1/forecasts, /v1/anomalies, /v1/models, /openapi.json.", "./pangu serve power-transformer/forecast --port 8080", [models, port, address, keys],
            call => RunAsync(call, call.Parsed.GetValue(models) ?? [], new ServerSettings { Port = call.Parsed.GetValue(port), Host = call.Parsed.GetRequiredValue(address), KeysFile = call.Parsed.GetValue(keys) }));
    }

    private static async Task<int> RunAsync(VerbCall call, string[] references, ServerSettings settings)
    {
        if (settings.Port is < 0 or > ushort.MaxValue)
        {
            throw PanguException.Usage("port", $"--port is {settings.Port}; expected 0 to {ushort.MaxValue}.");
        }

        var located = references.Length > 0 ? [.. references.Select(call.Surroundings.Models.Locate)] : Released(call.Surroundings.Registry.List());
        if (located.Count == 0)
        {
            throw PanguException.Missing("nothing-to-serve", "There is no released model to serve; ./pangu run power-transformer makes some, or name a model.");
        }

        if (located.GroupBy(NameOf).FirstOrDefault(same => same.Count() > 1) is { Key: var twice })
        {
            throw PanguException.Usage("serve-twice", $"Two of the models would be served as {twice}; a name means one model. Leave one out.");
        }

        var uses = new List<IDisposable>();
        var served = new List<ServedModel>();
        try
        {
            foreach (var model in located)
            {
                if (model.Registered is { } registered)
                {
                    uses.Add(call.Surroundings.Registry.Use(registered));
                }

                served.Add(Serve(model, call.Settings.Threads));
            }

            using var logs = new ErrorStreamLogs(call.Errors, call.Settings.Debug);
            var server = await PanguServer.StartAsync(settings, served, logs, call.Time, call.CancellationToken).ConfigureAwait(false);
            await using (server.ConfigureAwait(false))
            {
                var address = server.Address.ToString().TrimEnd('/');
                call.Result(new ServeResult(1, address, [.. served.Select(model => model.Name)]), ServeJson.Default.ServeResult, text => text.WriteLine($"Serving {string.Join(", ", served.Select(model => model.Name))} on {address} (Ctrl-C stops)."));
                await call.Output.FlushAsync(call.CancellationToken).ConfigureAwait(false);
                await server.RunAsync(call.CancellationToken).ConfigureAwait(false);
            }

            return 0;
        }
        finally
        {
            served.ForEach(model => model.Engine.Dispose());
            uses.ForEach(use => use.Dispose());
        }
    }

    /// <summary>The newest released model of each name that has an endpoint.</summary>
    private static List<LocatedModel> Released(IReadOnlyList<RegisteredModel> models) =>
        [.. models.Where(model => model.Released && ModelFamilies.HasEndpoint(model.Card.Family, model.Card.Capability)).GroupBy(model => model.Name)
            .Select(name => name.Last()).Select(model => new LocatedModel(model.Folder, ModelSource.Registry, model))];

    private static string NameOf(LocatedModel model) => model.Registered?.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(model.Folder));

    private static ServedModel Serve(LocatedModel model, int threads)
    {
        var opened = ModelFamilies.OpenEngine(model, threads);
        var card = model.Registered?.Card;
        return new ServedModel(NameOf(model), new ModelDescription
        {
            Capability = opened.Capability,
            Family = opened.Family,
            Tier = card?.Tier,
            Hash = model.Registered?.Hash,
            Parent = card?.Parent,
            Released = model.Registered?.Released ?? true,
            Licence = card?.Licence,
            Simulated = card?.Simulated ?? false,
        }, opened.Engine);
    }
}

/// <summary>What <c>serve --json</c> prints when it is ready.</summary>
internal sealed record ServeResult(int Schema, string Address, IReadOnlyList<string> Models);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ServeResult))]
internal sealed partial class ServeJson : JsonSerializerContext;
