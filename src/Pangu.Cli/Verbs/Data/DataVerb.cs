using System.CommandLine;

namespace Pangu.Cli.Verbs.Data;

/// <summary><c>pangu data</c>: the catalogue, and what a data set holds.</summary>
internal static class DataVerb
{
    public static Command Create(VerbHost host) => host.Group(
        "data",
        "Lists, fetches and inspects data sets.",
        "./pangu data list",
        ListVerb.Create(host),
        PullVerb.Create(host),
        InspectVerb.Create(host));
}
