namespace Pangu.Testing;

/// <summary>What tests find outside the repository: golden files and data. Where it is absent, the test is skipped with the reason.</summary>
public static class Outside
{
    /// <summary>A golden file or folder.</summary>
    /// <param name="path">Path below the golden folder, for example <c>series/patchtst-forecast</c>.</param>
    /// <returns>Its absolute path.</returns>
    public static string Golden(string path) => Find("PANGU_GOLDEN", "golden", path);

    /// <summary>A file or folder of the data mirror.</summary>
    /// <param name="path">Path below the mirror, for example <c>ett/ETTh1.csv</c>.</param>
    /// <returns>Its absolute path.</returns>
    public static string Data(string path) => Find("PANGU_DATA_MIRROR", "data", path);

    /// <summary>The root of the repository, found upwards from the test assembly by <c>Pangu.slnx</c>.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Skips the test where this process, and so all that it starts, ignores SIGINT: shells start jobs in the background so.</summary>
    public static void SkipWhereInterruptIsIgnored()
    {
        const string Status = "/proc/self/status";
        const long InterruptBit = 1 << 1; // SIGINT is signal 2, bit 1 of the mask.
        var line = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) : null;
        Assert.SkipWhen(line is not null && (Convert.ToInt64(line["SigIgn:".Length..].Trim(), 16) & InterruptBit) != 0, "SIGINT is ignored here (started as a background job), so no Ctrl-C reaches the program.");
    }

    private static string Find(string variable, string folder, string path)
    {
        var configured = Environment.GetEnvironmentVariable(variable);
        string[] roots = string.IsNullOrEmpty(configured)
            ? [Path.Combine(RepositoryRoot, "..", "shared", folder)]
            : configured.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        foreach (var root in roots)
        {
            var candidate = Path.GetFullPath(Path.Combine(root, path));
            if (File.Exists(candidate) || Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        Assert.Skip($"{path} was not found below {string.Join(", ", roots)}; set {variable} to the folder that holds it.");
        throw new InvalidOperationException("Assert.Skip returned.");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pangu.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"Pangu.slnx was not found above {AppContext.BaseDirectory}.");
    }
}
