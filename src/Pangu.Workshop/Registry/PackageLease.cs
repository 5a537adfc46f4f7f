namespace Pangu.Workshop.Registry;

/// <summary>Who uses a package holds a shared operating-system lock; who removes it needs the exclusive one. Locks end with their process.</summary>
internal static class PackageLease
{
    public static IDisposable Share(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
        {
            using var made = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        }

        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
    }

    /// <returns>The lock; null when somebody shares it.</returns>
    public static IDisposable? TryExclude(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
