using System.CommandLine;
using Pangu.Cli.Terminal;

namespace Pangu.Cli.Verbs.Data;

/// <summary><c>pangu data list</c>: the catalogue.</summary>
internal static class ListVerb
{
    public static Command Create(VerbHost host) => host.Verb("list", "Lists the catalogue of data sets.", "./pangu data list", [], Run);

    private static int Run(VerbCall call)
    {
        var catalogue = call.Surroundings.Catalogue;
        var datasets = catalogue.Ids().Select(catalogue.Get)
            .Select(dataset => new DataSummary(
                dataset.Id, dataset.Title, dataset.Kind.ToString().ToLowerInvariant(), dataset.Licence, dataset.Simulated is not null, dataset.Files.Count, dataset.Files.Sum(file => file.Bytes ?? 0)))
            .ToList();
        call.Result(new DataListResult(1, datasets), DataJson.Default.DataListResult, text => Tables.Write(
            text, ["id", "files", "size", "licence", "title"],
            datasets.Select(dataset => (IReadOnlyList<string>)[dataset.Id, $"{dataset.FileCount}", dataset.Simulated ? "generated" : Tables.Size(dataset.Bytes), dataset.Licence, dataset.Title])));
        return 0;
    }
}
