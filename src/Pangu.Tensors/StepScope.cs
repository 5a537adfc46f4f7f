using TorchSharp;

namespace Pangu.Tensors;

/// <summary>
/// One step's tensors: everything that is made on this thread until it is disposed goes then, unless it was moved out (<c>MoveToOuterDisposeScope</c>). Garbage collection does not see
/// the bytes of tensors, so code that makes many opens one of these a step.
/// </summary>
/// <remarks>Bound to its thread: no <c>await</c> inside.</remarks>
public sealed class StepScope : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly IDisposable? _gradient;

    /// <summary>Opens a scope.</summary>
    /// <param name="gradient">Whether operators are recorded for differentiation; false for inference and for changes of parameters.</param>
    public StepScope(bool gradient = true) => _gradient = gradient ? null : torch.no_grad();

    /// <summary>Tensors that live on this thread's scopes; what must not grow from step to step.</summary>
    public static long LiveTensors => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    /// <inheritdoc/>
    public void Dispose()
    {
        _gradient?.Dispose();
        _scope.Dispose();
    }
}
