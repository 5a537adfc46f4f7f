using System.CommandLine;
using Pangu.Cli.Terminal;

namespace Pangu.Cli.Verbs.Data;

/// <summary><c>pangu data pull</c>: brings a data set onto this machine, every byte checked.</summary>
internal static class PullVerb
{
    public static Command Create(VerbHost host)
    {
        var id = new Argument<string>("id") { Description = "Id of a data set: ./pangu data list." };
        return host.Verb("pull", "Brings a data set onto this machine, from cache, mirror or source, every byte checked.", "./pangu data pull ett", [id], call => Run(call, call.Parsed.GetRequiredValue(id)));
    }

    private static int Run(VerbCall call, string id)
    {
        var dataset = call.Surroundings.Catalogue.Get(id);
        var files = call.Surroundings.Data(call.Settings.Offline).Pull(dataset, null, call.Progress, call.CancellationToken)
            .Select(file => new PulledFileResult(file.Name, file.Path, file.Bytes, file.Sha256, file.Origin.ToString().ToLowerInvariant())).ToList();
        call.Result(new DataPullResult(1, dataset.Id, dataset.Licence, dataset.Simulated is not null, files), DataJson.Default.DataPullResult, text =>
        {
            Tables.Write(text, ["file", "size", "from", "sha256"], files.Select(file => (IReadOnlyList<string>)[file.Name, Tables.Size(file.Bytes), file.Origin, file.Sha256]));
            text.WriteLine($"Licence: {dataset.Licence}{(dataset.Simulated is null ? "" : ". Generated here; this is no real data.")}");
        });
        return 0;
    }
}
