using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>Transformers beside each other: averaged in use; in training each takes its share of the windows.</summary>
internal sealed class EnsembleModule : IBodyModule
{
    private readonly BackboneModule[] _members;

    public EnsembleModule(Ensemble ensemble, WeightTable weights) =>
        _members = [.. ensemble.Members.Select((member, index) => new BackboneModule(member, weights, Ensemble.Prefix(index)))];

    /// <inheritdoc/>
    public Tensor Forward(Tensor x, ForwardPass pass)
    {
        var output = pass.Training is null ? Mean(x, pass) : Shares(x, pass);
        pass.Show("body.output", output);
        return output;
    }

    private Tensor Mean(Tensor x, ForwardPass pass)
    {
        var sum = Wanted(_members[0].Forward(x, pass), pass);
        foreach (var member in _members.Skip(1))
        {
            sum = Operators.Add(sum, Wanted(member.Forward(x, pass), pass));
        }

        return Operators.Multiply(sum, 1.0 / _members.Length);
    }

    // Windows come in random order, so each member's share is a sample like any other; shares go round from step to step, so that none goes short where windows do not divide.
    private Tensor Shares(Tensor x, ForwardPass pass)
    {
        var windows = checked((int)x.size(0)) / pass.Channels;
        List<Tensor> outputs = [];
        for (var share = 0; share < _members.Length; share++)
        {
            var (first, end) = (windows * share / _members.Length * pass.Channels, windows * (share + 1) / _members.Length * pass.Channels);
            if (end > first)
            {
                var member = _members[(share + pass.Training!.Step) % _members.Length];
                outputs.Add(Wanted(member.Forward(x.narrow(0, first, end - first), pass with { Packed = pass.Packed?.Rows(first, end - first) }), pass));
            }
        }

        return Operators.Concatenate(0, [.. outputs]);
    }

    // A member may give all tokens where the last ones are enough.
    private static Tensor Wanted(Tensor y, ForwardPass pass) => pass.LastTokens is { } wanted && y.size(1) > wanted ? y.narrow(1, y.size(1) - wanted, wanted) : y;
}
