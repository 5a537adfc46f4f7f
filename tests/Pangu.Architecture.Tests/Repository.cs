namespace Pangu.Architecture.Tests;

/// <summary>The files of the repository, without what builds and runs leave behind.</summary>
internal static class Repository
{
    private static readonly HashSet<string> LeftBehind = ["bin", "obj", "artifacts", "TestResults", ".git", ".vs", ".idea", "node_modules", "BenchmarkDotNet.Artifacts"];

    public static string Root => Outside.RepositoryRoot;

    /// <summary>Files below a folder of the repository.</summary>
    public static IEnumerable<string> Files(string folder, string pattern)
    {
        var start = Path.Combine(Root, folder);
        return Directory.Exists(start) ? Walk(start, pattern) : [];
    }

    /// <summary>Folders below a folder of the repository.</summary>
    public static IEnumerable<string> Folders(string folder)
    {
        foreach (var inner in Directory.EnumerateDirectories(Path.Combine(Root, folder)).Where(path => !LeftBehind.Contains(Path.GetFileName(path))))
        {
            yield return inner;
            foreach (var further in Folders(Path.GetRelativePath(Root, inner)))
            {
                yield return further;
            }
        }
    }

    public static string Relative(string path) => Path.GetRelativePath(Root, path);

    private static IEnumerable<string> Walk(string folder, string pattern)
    {
        foreach (var file in Directory.EnumerateFiles(folder, pattern))
        {
            yield return file;
        }

        foreach (var inner in Directory.EnumerateDirectories(folder))
        {
            if (!LeftBehind.Contains(Path.GetFileName(inner)))
            {
                foreach (var file in Walk(inner, pattern))
                {
                    yield return file;
                }
            }
        }
    }
}
