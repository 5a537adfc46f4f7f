using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Training;

/// <summary>Running average of the parameters; see <see cref="AverageOptions"/>.</summary>
internal sealed class WeightAverage : IDisposable
{
    private readonly AverageOptions _options;
    private readonly IReadOnlyList<NamedParameter> _parameters;
    private readonly Tensor[] _weights;
    private readonly Tensor[] _averages;
    private readonly Tensor _share;
    private readonly Tensor[] _shares;

    public WeightAverage(IReadOnlyList<NamedParameter> parameters, AverageOptions options)
    {
        using var noGradient = no_grad();
        _options = options;
        _parameters = parameters;
        _weights = [.. parameters.Select(parameter => parameter.Weight)];
        _averages = [.. _weights.Select(weight => weight.detach().clone().DetachFromDisposeScope())];
        _share = zeros([], dtype: ScalarType.Float32).DetachFromDisposeScope();
        _shares = [.. Enumerable.Repeat(_share, _weights.Length)];
    }

    /// <summary>Takes the weights in after a step.</summary>
    /// <param name="step">The step, from 0.</param>
    public void Update(long step)
    {
        using var noGradient = no_grad();
        var decay = _options.Warmed ? Math.Min(_options.Decay, (1.0 + step) / (10.0 + step)) : _options.Decay;
        Operators.Data(_share)[0] = (float)(1 - decay);
        ParameterOperators.LerpInPlace(_averages, _weights, _shares);
    }

    /// <summary>Overwrites the model's weights with the average.</summary>
    public void CopyToModel()
    {
        using var noGradient = no_grad();
        ParameterOperators.CopyInPlace(_weights, _averages);
    }

    public void Export(IDictionary<string, TensorData> state, string prefix) => NamedTensors.Export(state, prefix, Named());

    public void Import(IReadOnlyDictionary<string, TensorData> state, string prefix) => NamedTensors.Import(state, prefix, Named());

    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[.. _averages, _share])
        {
            tensor.Dispose();
        }
    }

    private IEnumerable<KeyValuePair<string, Tensor>> Named() =>
        _parameters.Select((parameter, index) => new KeyValuePair<string, Tensor>(parameter.Name, _averages[index]));
}
