using Pangu.Tensors;

// libtorch's generator, which dropout draws from, is one for the whole process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(Pangu.Training.Tests.LoadedLibtorch))]

namespace Pangu.Training.Tests;

/// <summary>libtorch, loaded once for all tests of this assembly, with its patched copy in a temporary folder.</summary>
public sealed class LoadedLibtorch : IDisposable
{
    private readonly TemporaryFolder _cache = new();

    public LoadedLibtorch() => Libtorch.Load(1, _cache.Path);

    public void Dispose() => _cache.Dispose();
}
