using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>Runs a language model on libtorch for <c>pangu verify</c>: row by row, with gradients of the loss of row 0.</summary>
public sealed class TorchLanguageVerifier : IVerifiableModel
{
    private readonly TorchModel _model;
    private readonly TokenNetwork _network;
    private readonly Func<IReadOnlyDictionary<string, TensorData>, IReadOnlyDictionary<string, TensorData>>? _toForeign;

    /// <summary>Makes a verifier.</summary>
    /// <param name="model">A language model; the verifier owns it from now on.</param>
    /// <param name="toForeign">Turns tensors by slot name into those of the folder that the model was imported from, so that gradients carry its names; null to keep the slots'.</param>
    /// <exception cref="PanguException">The model is no language model.</exception>
    public TorchLanguageVerifier(TorchModel model, Func<IReadOnlyDictionary<string, TensorData>, IReadOnlyDictionary<string, TensorData>>? toForeign = null)
    {
        _model = model;
        _network = new TokenNetwork(model);
        _toForeign = toForeign;
    }

    /// <inheritdoc/>
    public CaseLayout Layout { get; } = new LanguageCaseLayout();

    /// <summary>Whether gradients that lie beside a case are expected: they carry the names of a foreign folder, which a package does not know.</summary>
    public bool GivesGradients => _toForeign is not null;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorData> Run(IReadOnlyDictionary<string, TensorData> inputs, IReadOnlyDictionary<string, IReadOnlyList<long>> wanted)
    {
        var problem = LanguageCase.Read(_model.Config, inputs);
        var names = problem.TapNames(wanted.Keys);
        var rows = problem.Rows.Select(row => RunRow(row.Ids, names)).ToList();
        var greedy = LanguageCase.GreedyCount(wanted);
        var continuation = greedy > 0 ? LanguageCase.Continue(problem.Rows[0].Ids, greedy, LastLogits) : null;
        var outputs = new Dictionary<string, TensorData>(problem.Outputs(new LanguageCaseResult(rows, continuation), wanted.Keys), StringComparer.Ordinal);
        foreach (var (name, gradient) in Gradients(problem.Rows[0].Ids, wanted.Keys))
        {
            outputs[name] = gradient;
        }

        return outputs;
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    private LanguageRowResult RunRow(IReadOnlyList<int> ids, IReadOnlySet<string> names)
    {
        using var scope = new StepScope(gradient: false);
        var tap = new RecordingTap(names);
        return new LanguageRowResult(Operators.ToArray(_network.Forward(Ids(ids), tap: tap)), tap.Values);
    }

    private float[] LastLogits(int[] ids)
    {
        using var scope = new StepScope(gradient: false);
        return Operators.ToArray(_network.Forward(Ids(ids)).select(1, -1));
    }

    /// <summary>Gradients of the mean cross-entropy of each token given those before it.</summary>
    private Dictionary<string, TensorData> Gradients(IReadOnlyList<int> ids, IEnumerable<string> wanted)
    {
        var gradients = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        HashSet<string> names = [.. wanted.Where(name => name.StartsWith(LanguageCase.GradientPrefix, StringComparison.Ordinal))];
        if (names.Count == 0 || ids.Count < 2)
        {
            return gradients;
        }

        using var scope = new StepScope();
        var sequence = Ids(ids);
        var logits = _network.Forward(sequence.narrow(1, 0, ids.Count - 1));
        NeuralOperators.CrossEntropy(logits.flatten(0, 1), sequence.flatten().narrow(0, 1, ids.Count - 1)).mean().backward();
        var slots = _model.Parameters.ToDictionary(pair => pair.Key, pair => Gradient(pair.Value), StringComparer.Ordinal);
        foreach (var (name, gradient) in _toForeign?.Invoke(slots) ?? slots)
        {
            if (names.Contains(LanguageCase.GradientPrefix + name))
            {
                gradients[LanguageCase.GradientPrefix + name] = gradient;
            }
        }

        return gradients;
    }

    private static TensorData Gradient(Tensor parameter)
    {
        using var gradient = parameter.grad;
        var values = gradient is null ? new float[parameter.numel()] : Operators.ToArray(gradient);
        parameter.grad = null;
        return TensorData.Of(values, parameter.shape);
    }

    private static Tensor Ids(IReadOnlyList<int> ids) => tensor(ids.Select(id => (long)id).ToArray()).view(1, -1);
}
