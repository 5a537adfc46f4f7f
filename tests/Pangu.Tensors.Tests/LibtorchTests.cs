using Pangu.Core;
using Pangu.Tensors.Native;
using static TorchSharp.torch;

namespace Pangu.Tensors.Tests;

public sealed class LibtorchTests(LoadedLibtorch libtorch)
{
    [Fact]
    public void Load_Loaded_ReportsFolderAndThreads()
    {
        Assert.True(libtorch.Report.Available);
        Assert.True(File.Exists(Path.Combine(libtorch.Report.Folder!, LibtorchFiles.FileName("torch_cpu"))));
        Assert.Equal(LoadedLibtorch.Threads, get_num_threads());
    }

    [Fact]
    public void Load_AnotherThreadCount_Throws()
    {
        var error = Assert.Throws<PanguException>(() => Libtorch.Load(LoadedLibtorch.Threads + 1));
        Assert.Equal("libtorch-threads", error.Code);
    }

    [Fact]
    public void Describe_Loaded_IsWhatWasLoaded() => Assert.Equal(libtorch.Report, Libtorch.Describe());

    [Fact]
    public void Load_ManyThreadsAtOnce_AllGetTheSame() =>
        Assert.All(Enumerable.Range(0, 16).AsParallel().Select(_ => Libtorch.Load(LoadedLibtorch.Threads)).ToArray(), report => Assert.Same(libtorch.Report, report));

    [Fact]
    public void TorchSharp_Loaded_MadeNoCopyBesideTheProgram() =>
        Assert.Empty(Directory.EnumerateFiles(AppContext.BaseDirectory, "*torch_cpu*", SearchOption.AllDirectories));
}
