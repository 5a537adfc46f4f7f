namespace Pangu.Tensors.Native;

/// <summary>Keeps the patched copy of a library in a cache folder.</summary>
internal static class PatchedCopy
{
    /// <summary>Makes the copy unless it is there, byte for byte.</summary>
    /// <param name="original">The library as shipped; only read.</param>
    /// <param name="version">The version that the system lacks.</param>
    /// <param name="folder">Folder of the copy; made when it is not there.</param>
    /// <returns>Path of the copy.</returns>
    public static string Ensure(string original, string version, string folder)
    {
        var bytes = ElfImportPatch.Apply(File.ReadAllBytes(original), version);
        var path = Path.Combine(folder, Path.GetFileName(original));
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
        {
            return path;
        }

        // Written beside it, flushed and renamed: another process sees the whole file or none.
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $"{Path.GetFileName(original)}.{Environment.ProcessId}.tmp");
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        return path;
    }
}
