using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>down(activation(up(x))), or down(activation(gate(x)) * up(x)). Legend: <c>M</c> rows, <c>D</c> width, <c>F</c> inner width.</summary>
internal sealed class DenseStep : IPartStep
{
    private readonly PackedLinear? _gate;
    private readonly PackedLinear _up;
    private readonly PackedLinear _down;
    private readonly ActivationKind _activation;
    private readonly SeriesActivation? _series;

    /// <summary>Compiles the part.</summary>
    /// <param name="dense">Its settings.</param>
    /// <param name="name">Name of the branch that holds its weights.</param>
    /// <param name="factor">Factor of its result.</param>
    /// <param name="weights">All weights.</param>
    internal DenseStep(Dense dense, string name, double factor, WeightStore weights)
    {
        _gate = dense.Gated ? weights.Linear($"{name}.gate") : null;
        _up = weights.Linear($"{name}.up");
        _down = weights.Linear([$"{name}.down"], factor);
        _activation = dense.Activation;
        _series = dense.Series is { } series ? new SeriesActivation(series, dense.Activation, $"{name}.series", dense.Inner, weights) : null;
    }

    /// <inheritdoc/>
    public int Wide => _up.Outputs;

    /// <inheritdoc/>
    public int Narrow => _gate?.Outputs ?? 0;

    /// <inheritdoc/>
    public bool MixesTokens => false;

    /// <inheritdoc/>
    public bool MixesChannels => false;

    /// <inheritdoc/>
    public int ScratchLength(FrameShape shape) => Scratch;

    /// <summary>Kernel memory, in floats.</summary>
    internal int Scratch => _series?.Scratch ?? 0;

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<float> input, Span<float> output, bool add, int keepLast, BodyFrame frame) => Run(input, output, add, frame.Rows, new DenseMemory(frame.Wide, frame.Narrow, frame.Scratch, frame.Sharing));

    /// <summary>Computes some rows.</summary>
    /// <param name="input">[M, D].</param>
    /// <param name="output">[M, D]; may be the input's memory.</param>
    /// <param name="add">Whether the result is added to the output or replaces it.</param>
    /// <param name="rows">M.</param>
    /// <param name="memory">Memory.</param>
    internal void Run(ReadOnlySpan<float> input, Span<float> output, bool add, int rows, DenseMemory memory)
    {
        var inner = memory.Wide[..(rows * _up.Outputs)];
        (_gate ?? _up).Multiply(input, _up.Inputs, inner, _up.Outputs, rows, add: false, memory.Sharing);
        if (_series is null)
        {
            ActivationKernel.Run(_activation, inner);
        }
        else
        {
            _series.Run(inner, memory.Scratch);
        }

        if (_gate is not null)
        {
            var up = memory.Narrow[..(rows * _up.Outputs)];
            _up.Multiply(input, _up.Inputs, up, _up.Outputs, rows, add: false, memory.Sharing);
            Elementwise.Multiply(up, inner);
        }

        _down.Multiply(inner, _down.Inputs, output, _down.Outputs, rows, add, memory.Sharing);
    }
}

/// <summary>What a dense network computes in.</summary>
/// <param name="wide">[M, F].</param>
/// <param name="narrow">[M, F] where there is a gate.</param>
/// <param name="scratch">Kernel memory.</param>
/// <param name="sharing">Threads that large products are shared with; null for the caller's alone.</param>
internal readonly ref struct DenseMemory(Span<float> wide, Span<float> narrow, Span<float> scratch, LinearSharing? sharing)
{
    /// <summary>[M, F].</summary>
    internal Span<float> Wide { get; } = wide;

    /// <summary>[M, F] where there is a gate.</summary>
    internal Span<float> Narrow { get; } = narrow;

    /// <summary>Kernel memory.</summary>
    internal Span<float> Scratch { get; } = scratch;

    /// <summary>Threads that large products are shared with; null for the caller's alone.</summary>
    internal LinearSharing? Sharing { get; } = sharing;
}

/// <summary>sum over j of activation(scale_j * g + shift_j), compiled. Immutable; safe for many callers at once.</summary>
internal sealed class SeriesActivation
{
    private readonly float[][] _scales;
    private readonly float[][] _shifts;
    private readonly ActivationKind _activation;
    private readonly int _inner;

    internal SeriesActivation(ActivationSeries series, ActivationKind activation, string name, int inner, WeightStore weights)
    {
        var (scales, shifts) = (weights.Read($"{name}.scale"), weights.Read($"{name}.shift"));
        _scales = [.. Enumerable.Range(0, series.Terms).Select(term => scales[(term * inner)..((term + 1) * inner)])];
        _shifts = [.. Enumerable.Range(0, series.Terms).Select(term => shifts[(term * inner)..((term + 1) * inner)])];
        _activation = activation;
        _inner = inner;
    }

    /// <summary>Floats of memory.</summary>
    internal int Scratch => 2 * _inner;

    /// <summary>Applies it in place.</summary>
    /// <param name="numbers">[M, F].</param>
    /// <param name="scratch">At least <see cref="Scratch"/> floats.</param>
    internal void Run(Span<float> numbers, Span<float> scratch)
    {
        var term = scratch[.._inner];
        var sum = scratch.Slice(_inner, _inner);
        for (; numbers.Length > 0; numbers = numbers[_inner..])
        {
            var row = numbers[.._inner];
            sum.Clear();
            for (var i = 0; i < _scales.Length; i++)
            {
                Norms.Affine(row, term, _scales[i], _shifts[i]);
                ActivationKernel.Run(_activation, term);
                Elementwise.Add(term, sum);
            }

            sum.CopyTo(row);
        }
    }
}

/// <summary>Which kernel computes a non-linearity.</summary>
internal static class ActivationKernel
{
    /// <summary>Applies it in place.</summary>
    internal static void Run(ActivationKind kind, Span<float> numbers)
    {
        switch (kind)
        {
            case ActivationKind.Gelu: Activations.Gelu(numbers); break;
            case ActivationKind.GeluTanh: Activations.GeluTanh(numbers); break;
            case ActivationKind.Relu: Activations.Relu(numbers); break;
            case ActivationKind.ReluSquared: Activations.ReluSquared(numbers); break;
            case ActivationKind.Silu: Activations.Silu(numbers); break;
            default: throw new ArgumentOutOfRangeException(nameof(kind), kind, "This non-linearity has no kernel.");
        }
    }
}
