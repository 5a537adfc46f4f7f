using System.Runtime.InteropServices;
using Pangu.Core;
using Pangu.Tensors.Native;

namespace Pangu.Tensors.Tests;

public sealed class ElfImportPatchTests
{
    private const string Version = "GLIBCXX_3.4.32";

    [Fact]
    public void Needs_LibraryAsShipped_KnowsItsVersions()
    {
        var library = Shipped();
        Assert.True(ElfImportPatch.Needs(library, Version));
        Assert.True(ElfImportPatch.Needs(library, "GLIBC_2.34"));
        Assert.False(ElfImportPatch.Needs(library, "GLIBCXX_3.4.99"));
    }

    [Fact]
    public void Apply_LibraryAsShipped_ChangesAFewBytesAndNothingElse()
    {
        var library = Shipped();
        var original = library.ToArray();
        var patched = ElfImportPatch.Apply(library, Version);

        Assert.Equal(original, library);
        Assert.Equal(library.Length, patched.Length);
        // One flag, one version index (16 bits), one name of nine bytes with its end.
        Assert.InRange(Enumerable.Range(0, library.Length).Count(i => library[i] != patched[i]), 2, 1 + 2 + 9);
        Assert.Contains("endpwent", System.Text.Encoding.ASCII.GetString(patched), StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_PatchedLibrary_IsRefused() =>
        Assert.Throws<PanguException>(() => ElfImportPatch.Apply(ElfImportPatch.Apply(Shipped(), Version), Version));

    [Fact]
    public void Apply_LibraryThatNeedsNone_IsRefused() =>
        Assert.Contains("does not need", Assert.Throws<PanguException>(() => ElfImportPatch.Apply(Shipped(), "GLIBCXX_3.4.99")).Message, StringComparison.Ordinal);

    [Fact]
    public void Apply_SymbolThatOldSystemsLack_IsRefusedByName() =>
        Assert.Contains("imports", Assert.Throws<PanguException>(() => ElfImportPatch.Apply(Shipped(), "GLIBCXX_3.4.29")).Message, StringComparison.Ordinal);

    [Fact]
    public void Apply_NotAnElfFile_IsRefused() =>
        Assert.Contains("ELF", Assert.Throws<PanguException>(() => ElfImportPatch.Apply(new byte[100], Version)).Message, StringComparison.Ordinal);

    [Fact]
    public void Load_OriginalOrPatched_AsTheSystemNeeds()
    {
        var library = Shipped();
        using var folder = new TemporaryFolder();
        var copy = PatchedCopy.Ensure(LibtorchFiles.Find().Bridge, Version, folder.Path);
        var stamp = File.GetLastWriteTimeUtc(copy);

        // The patched copy loads on every system; the original only where the C++ runtime is new enough.
        Assert.True(NativeLibrary.TryLoad(copy, out _));
        Assert.Equal(copy, PatchedCopy.Ensure(LibtorchFiles.Find().Bridge, Version, folder.Path));
        Assert.Equal(stamp, File.GetLastWriteTimeUtc(copy));
        Assert.Equal([copy], Directory.GetFiles(folder.Path));
        Assert.Equal(library, File.ReadAllBytes(LibtorchFiles.Find().Bridge));
    }

    [Fact]
    public void Ensure_DamagedCopy_IsMadeAgain()
    {
        Shipped();
        using var folder = new TemporaryFolder();
        var bridge = LibtorchFiles.Find().Bridge;
        var copy = PatchedCopy.Ensure(bridge, Version, folder.Path);
        var good = File.ReadAllBytes(copy);
        File.WriteAllBytes(copy, good[..1000]);

        PatchedCopy.Ensure(bridge, Version, folder.Path);
        Assert.Equal(good, File.ReadAllBytes(copy));
    }

    private static byte[] Shipped()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The patch concerns Linux alone.");
        return File.ReadAllBytes(LibtorchFiles.Find().Bridge);
    }
}
