using System.CommandLine;

namespace Pangu.Cli.Verbs.Models;

/// <summary><c>pangu models</c>: the registry.</summary>
internal static class ModelsVerb
{
    public static Command Create(VerbHost host) => host.Group(
        "models",
        "Lists, shows, imports, exports and removes models.",
        "./pangu models list",
        ListVerb.Create(host),
        TreeVerb.Create(host),
        ShowVerb.Create(host),
        RemoveVerb.Create(host),
        ReindexVerb.Create(host),
        ImportVerb.Create(host),
        ExportVerb.Create(host));

    /// <summary>The argument <c>&lt;model&gt;</c>.</summary>
    public static Argument<string> ModelArgument() => new("model") { Description = "Registry name, beginning of a hash, or folder." };
}
