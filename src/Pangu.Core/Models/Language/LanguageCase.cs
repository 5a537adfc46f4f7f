using System.Globalization;
using System.Runtime.InteropServices;

namespace Pangu.Core;

/// <summary>
/// The named inputs of a verification case of a language model, as rows for an engine, and the engine's results as the named outputs of the case. Written once, used by both engines.
/// Legend: <c>B</c> rows, <c>T</c> positions with pads, <c>t</c> tokens of one row without, <c>D</c> width, <c>V</c> vocabulary.
/// </summary>
/// <remarks>
/// Inputs: <c>input_ids</c> [B, T]; <c>attention_mask</c> [B, T], 0 at pads (absent: none); <c>position_ids</c> [B, T], which must count the real tokens of a row from 0 (absent: they do).
/// Rows are run one at a time without their pads, so an engine needs no mask for them. Outputs, zeros at pads: <c>logits</c> [B, T, V]; <c>hidden_states.i</c> [B, T, D], the input of block 0, the
/// output of block i - 1, and last the body's output after the final norm; <c>query_layer_input</c> [B, T, D], the stream behind the norm that ends the stage before the query layer;
/// <c>router_logits.N</c> [B, T, experts] of block N; <c>greedy_ids</c> [n], the continuation of row 0; <c>loss</c>, the mean cross-entropy of row 0.
/// </remarks>
public sealed class LanguageCase
{
    /// <summary>Names of gradients begin with it; what follows is a slot, or in a foreign folder the name of a tensor there.</summary>
    public const string GradientPrefix = "grad.";

    private const string Greedy = "greedy_ids";
    private readonly IReadOnlyList<string> _blocks;
    private readonly IReadOnlyList<LanguageRow> _rows;
    private readonly ModelConfig _config;
    private readonly int _positions;

    private LanguageCase(ModelConfig config, IReadOnlyList<LanguageRow> rows, int positions)
    {
        _config = config;
        _rows = rows;
        _positions = positions;
        _blocks = config.Body is Backbone backbone
            ? [.. backbone.Stages.SelectMany((stage, index) => Enumerable.Range(0, stage.Count).Select(block => $"stages.{index}.blocks.{block}"))]
            : [];
    }

    /// <summary>The rows, pads left out; at least one, each with at least one token.</summary>
    public IReadOnlyList<LanguageRow> Rows => _rows;

    /// <summary>Reads a case's inputs.</summary>
    /// <param name="config">The model that will run.</param>
    /// <param name="inputs">Tensors by name.</param>
    /// <returns>The case.</returns>
    /// <exception cref="PanguException">The model is no language model, or an input is missing, misshapen or cannot be honoured.</exception>
    public static LanguageCase Read(ModelConfig config, IReadOnlyDictionary<string, TensorData> inputs)
    {
        if (config.Embedder is not TokenEmbedder embedder || config.Head is not NextTokenHead)
        {
            throw PanguException.Usage("verify-family", $"The model has a {config.Embedder.GetType().Name} and a {config.Head.GetType().Name}; a language case needs a token embedder and a next-token head.");
        }

        var (rows, positions) = LanguageCaseInputs.Read(embedder, inputs);
        return new LanguageCase(config, rows, positions);
    }

    /// <summary>The canonical activations that an engine must record, row by row, so that <see cref="Outputs"/> can give what is wanted.</summary>
    /// <param name="wanted">Names of outputs, as in the file.</param>
    /// <returns>Tap names: <c>stages.S.blocks.B.input</c> and <c>.output</c>, <c>body.output</c>, <c>stages.S.blocks.B.branches.R.router.logits</c>.</returns>
    public IReadOnlySet<string> TapNames(IEnumerable<string> wanted) => wanted.Select(TapName).OfType<string>().ToHashSet(StringComparer.Ordinal);

    /// <summary>How many greedy tokens of row 0 are wanted.</summary>
    /// <param name="wanted">Names and shapes of outputs.</param>
    /// <returns>A count; 0 when they are not wanted.</returns>
    public static int GreedyCount(IReadOnlyDictionary<string, IReadOnlyList<long>> wanted) => wanted.TryGetValue(Greedy, out var shape) && shape is [var count] ? checked((int)count) : 0;

    /// <summary>Continues a row greedily without a cache: every token anew from all tokens before it.</summary>
    /// <param name="ids">The row.</param>
    /// <param name="count">Tokens to make.</param>
    /// <param name="lastLogits">Gives the logits [V] behind the last of some tokens.</param>
    /// <returns>The tokens made; the first of equal logits wins.</returns>
    public static int[] Continue(IReadOnlyList<int> ids, int count, Func<int[], float[]> lastLogits)
    {
        List<int> all = [.. ids];
        for (var made = 0; made < count; made++)
        {
            var logits = lastLogits([.. all]);
            all.Add(Array.IndexOf(logits, logits.Max()));
        }

        return [.. all.Skip(ids.Count)];
    }

    /// <summary>Turns an engine's results into the named outputs; the loss is computed here, from the logits.</summary>
    /// <param name="result">What the engine gave.</param>
    /// <param name="wanted">Names of outputs, as in the file.</param>
    /// <returns>Those of the wanted outputs that the model has.</returns>
    public IReadOnlyDictionary<string, TensorData> Outputs(LanguageCaseResult result, IEnumerable<string> wanted)
    {
        var outputs = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        foreach (var name in wanted)
        {
            if (Output(name, result) is { } output)
            {
                outputs[name] = output;
            }
        }

        return outputs;
    }

    private TensorData? Output(string name, LanguageCaseResult result)
    {
        switch (name)
        {
            case "logits":
                return Padded([.. result.Rows.Select(row => row.Logits)]);
            case "loss":
                return _rows[0].Ids.Count > 1 ? TensorData.Of([Loss(result.Rows[0].Logits, _rows[0].Ids)]) : null;
            case Greedy:
                return result.Greedy is { } ids ? Whole(ids) : null;
            default:
                return TapName(name) is { } tap && result.Rows.All(row => row.Activations.ContainsKey(tap))
                    ? Padded([.. result.Rows.Select(row => row.Activations[tap].ToSingles())])
                    : null;
        }
    }

    private static TensorData Whole(IReadOnlyList<int> ids)
    {
        long[] values = [.. ids];
        return new TensorData(ElementType.I64, [values.Length], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }

    /// <summary>Rows [t, N] at their places among the pads: [B, T, N].</summary>
    private TensorData Padded(float[][] values)
    {
        var width = values[0].Length / _rows[0].Ids.Count;
        var padded = new float[_rows.Count * _positions * width];
        for (var row = 0; row < values.Length; row++)
        {
            values[row].CopyTo(padded.AsSpan(((row * _positions) + _rows[row].Start) * width));
        }

        return TensorData.Of(padded, _rows.Count, _positions, width);
    }

    private string? TapName(string output)
    {
        if (Numbered(output, "hidden_states.") is { } state)
        {
            return state == 0 && _blocks.Count > 0 ? $"{_blocks[0]}.input"
                : state < _blocks.Count ? $"{_blocks[state - 1]}.output"
                : state == _blocks.Count ? "body.output" : null;
        }

        if (Numbered(output, "router_logits.") is { } layer && layer < _blocks.Count)
        {
            var branch = BranchesOf(layer).ToList().FindIndex(branch => branch.Part is Experts);
            return branch >= 0 ? $"{_blocks[layer]}.branches.{branch}.router.logits" : null;
        }

        var query = output == "query_layer_input" ? Enumerable.Range(0, _blocks.Count).FirstOrDefault(index => BranchesOf(index).Any(branch => branch.Part is Attention { QueryFrom: PositionQueries }), -1) : -1;
        return query >= 0 ? $"{_blocks[query]}.input" : null;
    }

    private IReadOnlyList<Branch> BranchesOf(int layer)
    {
        foreach (var stage in ((Backbone)_config.Body).Stages)
        {
            if (layer < stage.Count)
            {
                return stage.Cycle[layer % stage.Cycle.Count].Branches;
            }

            layer -= stage.Count;
        }

        return [];
    }

    private static int? Numbered(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Mean cross-entropy of each token given the logits behind the one before it, in double.</summary>
    private static float Loss(float[] logits, IReadOnlyList<int> ids)
    {
        var vocabulary = logits.Length / ids.Count;
        var sum = 0.0;
        for (var position = 1; position < ids.Count; position++)
        {
            var row = logits.AsSpan((position - 1) * vocabulary, vocabulary);
            var greatest = double.NegativeInfinity;
            foreach (var logit in row)
            {
                greatest = Math.Max(greatest, logit);
            }

            var exponentials = 0.0;
            foreach (var logit in row)
            {
                exponentials += Math.Exp(logit - greatest);
            }

            sum += greatest + Math.Log(exponentials) - row[ids[position]];
        }

        return (float)(sum / (ids.Count - 1));
    }
}

/// <summary>One row of a <see cref="LanguageCase"/>.</summary>
/// <param name="Ids">[t]: its tokens, pads left out.</param>
/// <param name="Start">Pads before them.</param>
public sealed record LanguageRow(IReadOnlyList<int> Ids, int Start);

/// <summary>What an engine gives for a <see cref="LanguageCase"/>.</summary>
/// <param name="Rows">For each row of the case.</param>
/// <param name="Greedy">The greedy continuation of row 0; null when it was not wanted.</param>
public sealed record LanguageCaseResult(IReadOnlyList<LanguageRowResult> Rows, IReadOnlyList<int>? Greedy = null);

/// <summary>What an engine gives for one row.</summary>
/// <param name="Logits">[t, V] row-major.</param>
/// <param name="Activations">Recorded values by canonical name (<see cref="LanguageCase.TapNames"/>), [1, t, N] or [t, N].</param>
public sealed record LanguageRowResult(float[] Logits, IReadOnlyDictionary<string, TensorData> Activations);
