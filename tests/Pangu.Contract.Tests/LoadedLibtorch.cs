using Pangu.Tensors;

[assembly: AssemblyFixture(typeof(Pangu.Contract.Tests.LoadedLibtorch))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Pangu.Contract.Tests;

/// <summary>libtorch, loaded once for all tests of this assembly.</summary>
public sealed class LoadedLibtorch : IDisposable
{
    private readonly TemporaryFolder _cache = new();

    public LoadedLibtorch() => Libtorch.Load(1, _cache.Path);

    public void Dispose() => _cache.Dispose();
}
