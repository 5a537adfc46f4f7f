namespace Pangu.Data.Sources;

/// <summary>Where data is kept and looked for.</summary>
public sealed record DataStoreSettings
{
    /// <summary>Folder of the local copies, one folder a data set.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>Folders that hold copies, tried in order: <c>&lt;mirror&gt;/&lt;id&gt;/&lt;path&gt;</c>, then <c>&lt;mirror&gt;/&lt;path&gt;</c>.</summary>
    public IReadOnlyList<string> Mirrors { get; init; } = [];

    /// <summary>Whether source addresses are left alone. Default false.</summary>
    public bool Offline { get; init; }

    /// <summary>Seconds to wait for a connection. Default 15.</summary>
    public double ConnectTimeoutSeconds { get; init; } = 15;

    /// <summary>Sends requests to source addresses; null for the network.</summary>
    public HttpMessageHandler? Network { get; init; }

    /// <summary>The settings of a machine.</summary>
    /// <param name="home">Value of <c>PANGU_HOME</c>, or its default.</param>
    /// <param name="mirrors">Value of <c>PANGU_DATA_MIRROR</c>: folders with the system's path separator between them; null or empty when not set.</param>
    /// <param name="checkout">The repository's folder: <c>../shared/data</c> beside it serves as a mirror when it exists; null when there is no checkout.</param>
    /// <param name="offline">Whether source addresses are left alone.</param>
    /// <returns>The settings.</returns>
    public static DataStoreSettings For(string home, string? mirrors, string? checkout, bool offline)
    {
        var folders = (mirrors ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToList();
        var beside = checkout is null ? null : Path.GetFullPath(Path.Combine(checkout, "..", "shared", "data"));
        if (beside is not null && Directory.Exists(beside) && !folders.Contains(beside))
        {
            folders.Add(beside);
        }

        return new DataStoreSettings { CacheFolder = Path.Combine(home, "cache", "data"), Mirrors = folders, Offline = offline };
    }
}
