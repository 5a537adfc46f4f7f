namespace Pangu.Core;

/// <summary>
/// The named inputs of a verification case of a series model, as arrays for an engine, and the engine's results as the named outputs of the case.
/// Written once, used by both engines. Legend: <c>B</c> windows, <c>C</c> channels, <c>L</c> context, <c>H</c> horizon, <c>P</c> patches, <c>T</c> tokens, <c>D</c> width.
/// </summary>
/// <remarks>
/// Inputs: <c>past_values</c> [B, L, C]; <c>past_observed_mask</c> [B, L, C] (absent: all observed but NaN); <c>future_values</c> [B, H, C] where a forecast loss is wanted;
/// for pre-training <c>noise</c> [B, C, P] or [B, 1, P] that random masks are made of, or the <c>mask</c> itself [B, C, P].
/// An engine makes a <see cref="RecordingTap"/> of <see cref="TapNames"/>, runs, and hands a <see cref="SeriesCaseResult"/> to <see cref="Outputs"/>.
/// </remarks>
public sealed class SeriesCase
{
    private readonly ModelConfig _config;
    private readonly SeriesEmbedder _embedder;

    private SeriesCase(ModelConfig config, SeriesEmbedder embedder, int windows, int channels)
    {
        _config = config;
        _embedder = embedder;
        Windows = windows;
        Channels = channels;
    }

    /// <summary>B.</summary>
    public int Windows { get; }

    /// <summary>C.</summary>
    public int Channels { get; }

    /// <summary>[B, C, L] row-major, as they stand in the case: whatever it holds (0 by convention) where a value is missing.</summary>
    public float[] Values { get; private init; } = [];

    /// <summary>[B, C, L] row-major: 1 where a value is observed, else 0.</summary>
    public float[] Observed { get; private init; } = [];

    /// <summary>[B, C, H] row-major; null when the case holds no future.</summary>
    public float[]? Future { get; private init; }

    /// <summary>[B, C, P] row-major, true where a patch is masked before it is embedded; null unless the head is a <see cref="ReconstructionHead"/>.</summary>
    public bool[]? Masked { get; private init; }

    /// <summary>Reads a case's inputs.</summary>
    /// <param name="config">The model that will run.</param>
    /// <param name="inputs">Tensors by name, without <c>inputs.</c></param>
    /// <returns>The case.</returns>
    /// <exception cref="PanguException">The model is no series model, or an input is missing or has a wrong shape.</exception>
    public static SeriesCase Read(ModelConfig config, IReadOnlyDictionary<string, TensorData> inputs)
    {
        if (config.Embedder is not SeriesEmbedder embedder)
        {
            throw PanguException.Usage("verify-family", $"The model's embedder is {config.Embedder.GetType().Name}; a series case needs a series embedder.");
        }

        var past = SeriesCaseShapes.Require(inputs, "past_values", $"[windows, {embedder.Context}, channels]", shape => shape.Count == 3 && shape[1] == embedder.Context);
        var (windows, channels) = (checked((int)past.Shape[0]), checked((int)past.Shape[2]));
        var observed = inputs.TryGetValue("past_observed_mask", out var mask)
            ? SeriesCaseShapes.Same(mask, past.Shape, "past_observed_mask").ToSingles()
            : [.. Enumerable.Repeat(1f, checked((int)past.Count))];
        var values = past.ToSingles();
        for (var i = 0; i < values.Length; i++)
        {
            if (float.IsNaN(values[i]))
            {
                (values[i], observed[i]) = (0, 0);
            }
        }

        return new SeriesCase(config, embedder, windows, channels)
        {
            Values = SeriesCaseShapes.SwapLast(values, windows, embedder.Context, channels),
            Observed = SeriesCaseShapes.SwapLast(observed, windows, embedder.Context, channels),
            Future = ReadFuture(config, inputs, windows, channels),
            Masked = ReadMask(config, embedder, inputs, windows, channels),
        };
    }

    /// <summary>The canonical activations that an engine must record so that <see cref="Outputs"/> can give what is wanted.</summary>
    /// <param name="wanted">Names of outputs, as in the file.</param>
    /// <returns>Tap names: <c>embedder.patches</c> [B, C, P, patch length] after scaling and before masking, <c>stages.S.blocks.B.input</c> and <c>body.output</c> [B, C, T, D] (or [B * C, T, D]).</returns>
    public IReadOnlySet<string> TapNames(IEnumerable<string> wanted)
    {
        var outputs = wanted.ToList();
        var names = outputs.Select(TapName).OfType<string>().ToHashSet(StringComparer.Ordinal);
        if (Masked is not null && outputs.Contains("outputs.loss"))
        {
            names.Add("embedder.patches");
        }

        return names;
    }

    /// <summary>Turns an engine's results into the named outputs; losses are computed here, from the outputs.</summary>
    /// <param name="result">What the engine gave.</param>
    /// <param name="wanted">Names of outputs, as in the file.</param>
    /// <returns>Those of the wanted outputs that the model has.</returns>
    public IReadOnlyDictionary<string, TensorData> Outputs(SeriesCaseResult result, IEnumerable<string> wanted)
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

    private TensorData? Output(string name, SeriesCaseResult result)
    {
        switch (name)
        {
            case "outputs.prediction_outputs" when _config.Head is ForecastHead head:
                return TensorData.Of(SeriesCaseShapes.SwapLast(result.Output, Windows, Channels, head.Horizon), Windows, head.Horizon, Channels);
            case "outputs.quantiles" when _config.Head is ForecastHead { Quantiles.Count: > 0 } head && result.Quantiles.Length > 0:
                return TensorData.Of(SeriesCaseShapes.SwapMiddle(result.Quantiles, Windows, Channels, head.Horizon, head.Quantiles.Count), Windows, head.Horizon, Channels, head.Quantiles.Count);
            case "outputs.prediction_output" when _config.Head is ReconstructionHead:
                return TensorData.Of(result.Output, Windows, Channels, _embedder.Patches, _embedder.PatchLength);
            case "outputs.loc":
                return TensorData.Of(result.Locations, Windows, 1, Channels);
            case "outputs.scale":
                return TensorData.Of(result.Scales, Windows, 1, Channels);
            case "outputs.mask" when Masked is not null:
                return new TensorData(ElementType.Bool, [Windows, Channels, _embedder.Patches], Array.ConvertAll(Masked, masked => masked ? (byte)1 : (byte)0));
            case "outputs.loss":
                return Loss(result) is { } loss ? TensorData.Of([loss]) : null;
            default:
                return TapName(name) is { } tap && result.Activations.TryGetValue(tap, out var activation) ? SplitChannels(activation) : null;
        }
    }

    private float? Loss(SeriesCaseResult result) => (_config.Head, Future, Masked) switch
    {
        (ForecastHead, { } future, _) => SeriesCaseLoss.MeanSquaredError(result.Output, future),
        (ReconstructionHead, _, { } masked) => result.Activations.TryGetValue("embedder.patches", out var patches)
            ? SeriesCaseLoss.Masked(result.Output, patches.ToSingles(), masked, _embedder.PatchLength)
            : null,
        _ => null,
    };

    private string? TapName(string output)
    {
        switch (output)
        {
            case "stages.patches" or "outputs.patch_input":
                return "embedder.patches";
            case "outputs.last_hidden_state":
                return "body.output";
        }

        const string hidden = "outputs.hidden_states.";
        if (!output.StartsWith(hidden, StringComparison.Ordinal) || !int.TryParse(output.AsSpan(hidden.Length), System.Globalization.CultureInfo.InvariantCulture, out var index) || _config.Body is not Backbone backbone)
        {
            return null;
        }

        for (var stage = 0; stage < backbone.Stages.Count; stage++)
        {
            if (index < backbone.Stages[stage].Count)
            {
                return $"stages.{stage}.blocks.{index}.input";
            }

            index -= backbone.Stages[stage].Count;
        }

        return null;
    }

    private TensorData SplitChannels(TensorData activation) => activation.Shape is [var rows, var tokens, var width] && rows == (long)Windows * Channels
        ? activation with { Shape = [Windows, Channels, tokens, width] }
        : activation;

    private static float[]? ReadFuture(ModelConfig config, IReadOnlyDictionary<string, TensorData> inputs, int windows, int channels)
    {
        if (config.Head is not ForecastHead head || !inputs.TryGetValue("future_values", out var future))
        {
            return null;
        }

        return SeriesCaseShapes.SwapLast(SeriesCaseShapes.Same(future, [windows, head.Horizon, channels], "future_values").ToSingles(), windows, head.Horizon, channels);
    }

    private static bool[]? ReadMask(ModelConfig config, SeriesEmbedder embedder, IReadOnlyDictionary<string, TensorData> inputs, int windows, int channels)
    {
        if (config.Head is not ReconstructionHead head)
        {
            return null;
        }

        if (inputs.TryGetValue("mask", out var mask))
        {
            return Array.ConvertAll(SeriesCaseShapes.Same(mask, [windows, channels, embedder.Patches], "mask").ToSingles(), value => value != 0);
        }

        var noise = head.Mask == MaskKind.Random
            ? SeriesCaseShapes.Require(inputs, "noise", $"[windows, channels, {embedder.Patches}]", shape => shape.Count == 3 && shape[2] == embedder.Patches).ToSingles()
            : [];
        return PatchMask.Create(head, noise, windows, channels, embedder.Patches);
    }
}

/// <summary>What an engine gives for a <see cref="SeriesCase"/>.</summary>
/// <param name="Output">Of a forecast head the mean [B, C, H] in the units of the input; of a reconstruction head every patch [B, C, P, patch length] in scaled units, class token left out.</param>
/// <param name="Locations">[B, C]: what was subtracted from each window.</param>
/// <param name="Scales">[B, C]: what each window was then divided by.</param>
/// <param name="Activations">Recorded values by canonical name (<see cref="SeriesCase.TapNames"/>).</param>
public sealed record SeriesCaseResult(float[] Output, float[] Locations, float[] Scales, IReadOnlyDictionary<string, TensorData> Activations)
{
    /// <summary>Quantiles of a forecast head [B, C, H, Q] in the units of the input; empty when it has none.</summary>
    public float[] Quantiles { get; init; } = [];
}
