using System.CommandLine;

namespace Pangu.Cli.Verbs.Bench;

/// <summary><c>pangu bench</c>: measures this machine.</summary>
internal static class BenchVerb
{
    public static Command Create(VerbHost host) => host.Group(
        "bench",
        "Measures how fast this machine does the work of a model.",
        "./pangu bench training tiny-shakespeare",
        BenchTrainingVerb.Create(host));
}
