using Pangu.Tensors;

[assembly: AssemblyFixture(typeof(Pangu.Tensors.Tests.LoadedLibtorch))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Pangu.Tensors.Tests;

/// <summary>libtorch, loaded once for all tests of this assembly, with its patched copy in a temporary folder.</summary>
public sealed class LoadedLibtorch : IDisposable
{
    public const int Threads = 1;

    private readonly TemporaryFolder _cache = new();

    public LoadedLibtorch() => Report = Libtorch.Load(Threads, _cache.Path);

    public LibtorchReport Report { get; }

    public void Dispose() => _cache.Dispose();
}
