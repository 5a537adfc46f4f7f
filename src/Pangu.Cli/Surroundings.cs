using Pangu.Core;
using Pangu.Data.Sources;
using Pangu.Workshop.Registry;

namespace Pangu.Cli;

/// <summary>What lies around the command line: the home folder with registry and caches, and the repository it was started from.</summary>
internal sealed class Surroundings
{
    private readonly string? _mirrors;

    /// <summary>Looks around.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="time">Clock of the registry.</param>
    public Surroundings(Func<string, string?> variable, TimeProvider time)
    {
        var home = variable("PANGU_HOME");
        Home = Path.GetFullPath(string.IsNullOrEmpty(home) ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".pangu") : home);
        var root = variable("PANGU_ROOT");
        Root = Path.GetFullPath(string.IsNullOrEmpty(root) ? FindRoot() : root);
        _mirrors = variable("PANGU_DATA_MIRROR");
        Registry = new SqliteRegistry(Home, time);
        Models = new ModelLocator(Registry);
    }

    /// <summary>PANGU_HOME.</summary>
    public string Home { get; }

    /// <summary>The repository, with <c>recipes</c> and <c>datasets</c>.</summary>
    public string Root { get; }

    public SqliteRegistry Registry { get; }

    /// <summary>Resolves <c>&lt;model&gt;</c>.</summary>
    public ModelLocator Models { get; }

    public Catalogue Catalogue => new(Path.Combine(Root, "datasets"));

    public string RecipesFolder => Path.Combine(Root, "recipes");

    /// <summary>Brings data sets onto this machine.</summary>
    public DataStore Data(bool offline) => new(DataStoreSettings.For(Home, _mirrors, Root, offline));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pangu.slnx")))
            {
                return folder.FullName;
            }
        }

        throw PanguException.Missing("root", $"The repository was not found above {AppContext.BaseDirectory}; start Pangu by its launcher ./pangu, or set PANGU_ROOT.");
    }
}
