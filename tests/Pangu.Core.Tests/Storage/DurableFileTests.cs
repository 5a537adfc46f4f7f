namespace Pangu.Core.Tests;

public sealed class DurableFileTests
{
    [Fact]
    public void Write_ThatFails_LeavesTheOldContentAndNothingElse()
    {
        using var folder = new TemporaryFolder();
        DurableFile.WriteText(folder.File("a"), "old");
        Assert.Throws<InvalidOperationException>(() => DurableFile.Write(folder.File("a"), stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException("interrupted");
        }));
        Assert.Equal("old", File.ReadAllText(folder.File("a")));
        Assert.Single(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void CreateFolder_ThatFails_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<InvalidOperationException>(() => DurableFile.CreateFolder(folder.File("package"), temporary =>
        {
            File.WriteAllText(Path.Combine(temporary, "half"), "half");
            throw new InvalidOperationException("interrupted");
        }));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void CreateFolder_Filled_AppearsWhole()
    {
        using var folder = new TemporaryFolder();
        DurableFile.CreateFolder(folder.File("deep/package"), temporary => File.WriteAllText(Path.Combine(temporary, "a"), "1"));
        Assert.Equal("1", File.ReadAllText(folder.File("deep/package/a")));
        Assert.Throws<IOException>(() => DurableFile.CreateFolder(folder.File("deep/package"), _ => { }));
        Assert.Single(Directory.EnumerateFileSystemEntries(folder.File("deep")));
    }
}
