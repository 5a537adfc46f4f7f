using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Training;

/// <summary>AdamW on one group of parameters, one fused call a step (Loshchilov and Hutter 2019, algorithm 2).</summary>
internal sealed class AdamW : IOptimizer
{
    private readonly IReadOnlyList<NamedParameter> _group;
    private readonly AdamWOptions _options;
    private readonly double _weightDecay;
    private readonly string _name;
    private readonly Tensor[] _weights;
    private readonly Tensor[] _gradients;
    private readonly Tensor[] _averages;
    private readonly Tensor[] _squareAverages;
    private readonly Tensor[] _steps;
    private readonly Tensor _step;

    /// <param name="name">Name of the group, for saved state.</param>
    /// <param name="group">At least one parameter.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="options">Settings.</param>
    /// <param name="decay">Whether the settings' decay applies.</param>
    public AdamW(string name, IReadOnlyList<NamedParameter> group, Gradients gradients, AdamWOptions options, bool decay)
    {
        _name = name;
        _group = group;
        _options = options;
        _weightDecay = decay ? options.WeightDecay : 0;
        using var noGradient = no_grad();
        _weights = [.. group.Select(parameter => parameter.Weight)];
        _gradients = [.. group.Select(parameter => gradients[parameter.Name])];
        _averages = [.. _weights.Select(weight => zeros_like(weight).DetachFromDisposeScope())];
        _squareAverages = [.. _weights.Select(weight => zeros_like(weight).DetachFromDisposeScope())];
        _step = zeros([], dtype: ScalarType.Float32).DetachFromDisposeScope();
        _steps = [.. Enumerable.Repeat(_step, group.Count)];
    }

    public void Step(double share)
    {
        Operators.Data(_step)[0]++;
        ParameterOperators.AdamWInPlace(
            _weights,
            _gradients,
            _averages,
            _squareAverages,
            _steps,
            new AdamWSettings(share * _options.LearningRate, _options.Beta1, _options.Beta2, _weightDecay, _options.Epsilon));
    }

    public void Export(IDictionary<string, TensorData> state)
    {
        state.Add($"{_name}.step", NamedTensors.Export(_step));
        for (var i = 0; i < _group.Count; i++)
        {
            state.Add($"{_name}.average.{_group[i].Name}", NamedTensors.Export(_averages[i]));
            state.Add($"{_name}.squareAverage.{_group[i].Name}", NamedTensors.Export(_squareAverages[i]));
        }
    }

    public void Import(IReadOnlyDictionary<string, TensorData> state)
    {
        NamedTensors.Import(_step, state, $"{_name}.step");
        for (var i = 0; i < _group.Count; i++)
        {
            NamedTensors.Import(_averages[i], state, $"{_name}.average.{_group[i].Name}");
            NamedTensors.Import(_squareAverages[i], state, $"{_name}.squareAverage.{_group[i].Name}");
        }
    }

    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[.. _averages, .. _squareAverages, _step])
        {
            tensor.Dispose();
        }
    }
}
