using Pangu.Core;

namespace Pangu.Training;

/// <summary>All optimizers of a model.</summary>
internal sealed class OptimizerSet : IDisposable
{
    private readonly IReadOnlyList<IOptimizer> _optimizers;

    public OptimizerSet(IReadOnlyList<NamedParameter> parameters, Gradients gradients, OptimizerOptions options)
    {
        var groups = ParameterGroups.Split(parameters, options.Muon);
        _optimizers =
        [
            .. groups.Muon.Count > 0 ? [new Muon(groups.Muon, gradients, options.Muon!)] : Array.Empty<IOptimizer>(),
            .. groups.Decayed.Count > 0 ? [new AdamW("adamW.decayed", groups.Decayed, gradients, options.AdamW, decay: true)] : Array.Empty<IOptimizer>(),
            .. groups.Undecayed.Count > 0 ? [new AdamW("adamW.undecayed", groups.Undecayed, gradients, options.AdamW, decay: false)] : Array.Empty<IOptimizer>(),
        ];
    }

    public void Step(double share)
    {
        using var noGradient = TorchSharp.torch.no_grad();
        foreach (var optimizer in _optimizers)
        {
            optimizer.Step(share);
        }
    }

    public void Export(IDictionary<string, TensorData> state)
    {
        foreach (var optimizer in _optimizers)
        {
            optimizer.Export(state);
        }
    }

    public void Import(IReadOnlyDictionary<string, TensorData> state)
    {
        foreach (var optimizer in _optimizers)
        {
            optimizer.Import(state);
        }
    }

    public void Dispose()
    {
        foreach (var optimizer in _optimizers)
        {
            optimizer.Dispose();
        }
    }
}
