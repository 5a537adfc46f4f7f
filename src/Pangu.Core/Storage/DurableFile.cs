namespace Pangu.Core;

/// <summary>Writes files and folders so that after a crash either the old or the whole new content is there: temporary name, flushed to disk, renamed, parent folder flushed.</summary>
public static class DurableFile
{
    /// <summary>Writes or replaces a file.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="write">Writes the content; the stream is flushed and closed here.</param>
    /// <exception cref="IOException">The disk is full, or the folder cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var target = Path.GetFullPath(path);
        var temporary = TemporaryNameBeside(target);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        FolderFlush.Flush(Path.GetDirectoryName(target)!);
    }

    /// <summary>Writes or replaces a text file: UTF-8 without byte order mark.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="text">Content, LF line ends.</param>
    /// <exception cref="IOException">The disk is full, or the folder cannot be written.</exception>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Makes a folder that appears under its name only when it is complete and on disk.</summary>
    /// <param name="path">The folder; it must not exist, its parent is made where needed.</param>
    /// <param name="fill">Fills the temporary folder whose absolute path it is given.</param>
    /// <exception cref="IOException">The folder exists already, the disk is full, or the parent cannot be written.</exception>
    public static void CreateFolder(string path, Action<string> fill)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var parent = Path.GetDirectoryName(target) ?? throw new IOException($"{target} has no parent folder.");
        Directory.CreateDirectory(parent);
        var temporary = TemporaryNameBeside(target);
        try
        {
            Directory.CreateDirectory(temporary);
            fill(temporary);
            FlushTree(temporary);
            Directory.Move(temporary, target);
        }
        catch
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }

            throw;
        }

        FolderFlush.Flush(parent);
    }

    /// <summary>Renames a folder whose files are on disk already, and makes the rename last.</summary>
    /// <param name="from">The folder.</param>
    /// <param name="to">Its new path, on the same file system; it must not exist, its parent does.</param>
    /// <exception cref="IOException">The target exists already, or the parent cannot be written.</exception>
    public static void MoveFolder(string from, string to)
    {
        Directory.Move(from, to);
        FolderFlush.Flush(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(to)))!);
    }

    /// <summary>Flushes every file and folder of a tree to disk.</summary>
    /// <param name="folder">The root of the tree.</param>
    public static void FlushTree(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            RandomAccess.FlushToDisk(handle);
        }

        foreach (var child in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories))
        {
            FolderFlush.Flush(child);
        }

        FolderFlush.Flush(folder);
    }

    /// <summary>Names begin with a dot, so that listings and hashes of a folder pass over what a crash left behind.</summary>
    private static string TemporaryNameBeside(string target) =>
        Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.partial");
}
