namespace Pangu.Testing;

/// <summary>A folder of a test's own that goes when the test ends.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Absolute path of the folder.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("pangu-test-").FullName;

    /// <summary>A path inside the folder.</summary>
    /// <param name="name">Relative path.</param>
    /// <returns>Absolute path.</returns>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a text file in the folder.</summary>
    /// <param name="name">Relative path.</param>
    /// <param name="text">Content.</param>
    /// <returns>Absolute path.</returns>
    public string Write(string name, string text)
    {
        var path = File(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
