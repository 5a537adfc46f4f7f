using Pangu.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Training;

/// <summary>The gradients of all parameters: buffers of their own that every backward pass adds to.</summary>
internal sealed class Gradients : IDisposable
{
    private readonly Dictionary<string, Tensor> _byName = new(StringComparer.Ordinal);
    private readonly Tensor[] _all;

    public Gradients(IReadOnlyList<NamedParameter> parameters)
    {
        using var noGradient = no_grad();
        foreach (var (name, weight) in parameters)
        {
            var buffer = zeros_like(weight).DetachFromDisposeScope();
            weight.grad = buffer;
            _byName.Add(name, buffer);
        }

        _all = [.. _byName.Values];
    }

    public Tensor this[string name] => _byName[name];

    public void Zero() => ParameterOperators.ZeroInPlace(_all);

    /// <summary>L2 norm over all gradients together.</summary>
    public double Norm()
    {
        using var scope = NewDisposeScope();
        return ParameterOperators.Norm(_all).ToSingle();
    }

    public void Scale(double factor)
    {
        using var scope = NewDisposeScope();
        ParameterOperators.MultiplyInPlace(_all, Operators.Of([(float)factor]).reshape([]));
    }

    public void Dispose()
    {
        foreach (var gradient in _all)
        {
            gradient.Dispose();
        }
    }
}
