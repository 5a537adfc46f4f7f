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
    public int ScratchLength(int tokens, int sequences) => 0;

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<float> input, Span<float> output, bool add, int keepLast, BodyFrame frame)
    {
        var rows = frame.Rows;
        var inner = frame.Wide[..(rows * _up.Outputs)];
        if (_gate is null)
        {
            _up.Multiply(input, inner, rows);
            ActivationKernel.Run(_activation, inner);
        }
        else
        {
            var up = frame.Narrow[..(rows * _up.Outputs)];
            _gate.Multiply(input, inner, rows);
            ActivationKernel.Run(_activation, inner);
            _up.Multiply(input, up, rows);
            Elementwise.Multiply(up, inner);
        }

        _down.Multiply(inner, _down.Inputs, output, _down.Outputs, rows, add);
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
