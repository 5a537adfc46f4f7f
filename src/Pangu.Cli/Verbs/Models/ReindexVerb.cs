using System.CommandLine;

namespace Pangu.Cli.Verbs.Models;

/// <summary><c>pangu models reindex</c>: rebuilds the index from the package folders.</summary>
internal static class ReindexVerb
{
    public static Command Create(VerbHost host) => host.Verb("reindex", "Rebuilds the registry's index from the package folders.", "./pangu models reindex", [], Run);

    private static int Run(VerbCall call)
    {
        var count = call.Surroundings.Registry.Reindex();
        call.Result(new ReindexResult(1, count), ModelsJson.Default.ReindexResult, text => text.WriteLine($"{count} models indexed."));
        return 0;
    }
}
