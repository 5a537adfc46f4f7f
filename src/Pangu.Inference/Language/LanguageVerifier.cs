using Pangu.Core;

namespace Pangu.Inference;

/// <summary>Runs a language model on the torch-free engine for <c>pangu verify</c>; the greedy continuation goes through the cache of keys and values. For one caller at a time.</summary>
public sealed class LanguageVerifier : IVerifiableModel
{
    private readonly ModelConfig _model;
    private readonly CompiledTokenNetwork _network;

    private LanguageVerifier(ModelConfig model, IReadOnlyDictionary<string, TensorData> weights)
    {
        _model = model;
        _network = CompiledTokenNetwork.Of(model, weights);
    }

    /// <inheritdoc/>
    public CaseLayout Layout { get; } = new LanguageCaseLayout();

    /// <summary>Loads a Pangu package or a Hugging Face folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The verifier; the caller disposes it.</returns>
    /// <exception cref="PanguException">The folder is neither, or holds something that the engine does not implement.</exception>
    public static LanguageVerifier Load(string folder) => LanguagePackage.Open(folder, model => Create(model.Config, model.Weights));

    /// <summary>Compiles a model that is in memory.</summary>
    /// <param name="model">The model; sound (<see cref="ModelConfig.Validate"/>).</param>
    /// <param name="weights">Every slot; copied.</param>
    /// <returns>The verifier; the caller disposes it.</returns>
    /// <exception cref="PanguException">The model holds something that the engine does not implement.</exception>
    public static LanguageVerifier Create(ModelConfig model, IReadOnlyDictionary<string, TensorData> weights)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(weights);
        return new LanguageVerifier(model, weights);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorData> Run(IReadOnlyDictionary<string, TensorData> inputs, IReadOnlyDictionary<string, IReadOnlyList<long>> wanted)
    {
        var problem = LanguageCase.Read(_model, inputs);
        var names = problem.TapNames(wanted.Keys);
        var rows = problem.Rows.Select(row => Run([.. row.Ids], new RecordingTap(names))).ToList();
        var count = LanguageCase.GreedyCount(wanted);
        return problem.Outputs(new LanguageCaseResult(rows, count > 0 ? Continue([.. problem.Rows[0].Ids], count) : null), wanted.Keys);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private LanguageRowResult Run(int[] ids, RecordingTap tap)
    {
        var logits = new float[checked(ids.Length * _network.Vocabulary)];
        new TokenSession(_network, ids.Length, ids.Length).ReadAll(ids, logits, tap);
        return new LanguageRowResult(logits, tap.Values);
    }

    private int[] Continue(int[] ids, int count)
    {
        if (_network.MaxTokens < ids.Length + count - 1)
        {
            throw PanguException.Usage("verify-input", $"{count} tokens after {ids.Length} are wanted; the model's table of positions has {_network.MaxTokens} rows.");
        }

        var session = new TokenSession(_network, ids.Length + count);
        session.Read(ids, CancellationToken.None);
        var made = new int[count];
        for (var i = 0; i < count; i++)
        {
            made[i] = TokenSampler.Greatest(session.Logits);
            if (i < count - 1)
            {
                session.Read(made[i]);
            }
        }

        return made;
    }
}
