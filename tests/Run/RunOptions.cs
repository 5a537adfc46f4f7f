namespace Pangu.TestRun;

/// <summary>What the command line asks for.</summary>
/// <param name="Root">Root of the repository.</param>
/// <param name="All">Whether end-to-end tests run too.</param>
/// <param name="Only">Part of an assembly's name that limits the run; null for all.</param>
/// <param name="Method">Filter of fully qualified method names, <c>*</c> allowed; null for all.</param>
/// <param name="Configuration">Build configuration of the assemblies.</param>
/// <param name="TimeoutMinutes">Longest an assembly may take before it is stopped and counted as failed.</param>
internal sealed record RunOptions(string Root, bool All, string? Only, string? Method, string Configuration, double TimeoutMinutes)
{
    /// <summary>Shown for <c>--help</c> and for options that do not exist.</summary>
    public const string Help = """
        Builds and runs the tests.
          --all                  the end-to-end tests too (trait Category=EndToEnd)
          --only <part>          only assemblies whose name contains this, for example Numerics
          --method <pattern>     only tests whose full name fits, for example '*Csv*'
          --timeout-minutes <n>  stop an assembly after this long (15; with --all 60)
        Results lie in TestResults/ (CTRF, one file an assembly). Example: ./test --only Core
        """;

    /// <summary>Reads the command line.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <returns>The options; null when there is nothing to run.</returns>
    public static RunOptions? Parse(string[] arguments)
    {
        var options = new RunOptions(Directory.GetCurrentDirectory(), All: false, Only: null, Method: null, "Release", 0);
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--all":
                    options = options with { All = true };
                    break;
                case "--root" when i + 1 < arguments.Length:
                    options = options with { Root = Path.GetFullPath(arguments[++i]) };
                    break;
                case "--only" when i + 1 < arguments.Length:
                    options = options with { Only = arguments[++i] };
                    break;
                case "--method" when i + 1 < arguments.Length:
                    options = options with { Method = arguments[++i] };
                    break;
                case "--configuration" when i + 1 < arguments.Length:
                    options = options with { Configuration = arguments[++i] };
                    break;
                case "--timeout-minutes" when i + 1 < arguments.Length && double.TryParse(arguments[i + 1], out var minutes):
                    options = options with { TimeoutMinutes = minutes };
                    i++;
                    break;
                default:
                    return null;
            }
        }

        return options.TimeoutMinutes > 0 ? options : options with { TimeoutMinutes = options.All ? 60 : 15 };
    }
}
