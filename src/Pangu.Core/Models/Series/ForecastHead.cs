using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>
/// Turns tokens into a forecast: a network output, a linear path over the window, or a blend of both; with quantiles.
/// </summary>
/// <remarks>
/// mean[c, h] = sum over members m of blend[m, c] * member_m[c, h], member 0 the network where there is one, then the linear paths in order;
/// without a <c>blend</c> slot (one member) the weight is 1.
/// Network quantiles keep their distance to the network's mean, times <c>spread[c, h]</c> where <see cref="Intervals"/> says so.
/// </remarks>
public sealed record ForecastHead : Head
{
    /// <summary>Steps H forecast at once.</summary>
    public required int Horizon { get; init; }

    /// <summary>Quantile levels, ascending; empty for a mean alone. Default empty.</summary>
    public IReadOnlyList<double> Quantiles { get; init; } = [];

    /// <summary>How the network's tokens become steps; null when there is no network (linear models).</summary>
    public ForecastOutput? Output { get; init; }

    /// <summary>Linear paths beside the network. Default none.</summary>
    public IReadOnlyList<LinearPath> Linear { get; init; } = [];

    /// <summary>Number of channels C where weights depend on it (blends, calibration, linear paths a channel); 0 when any number will do.</summary>
    public int Channels { get; init; }

    /// <summary>Where quantiles come from. Default the network alone.</summary>
    public IntervalSource Intervals { get; init; } = IntervalSource.Network;

    /// <summary>Whether the network's forecast is averaged with the negated forecast of the negated window when it is used (not in training). Default false.</summary>
    /// <remarks>Negation mirrors quantiles: the quantile of level q meets the negated one of level 1 - q, so levels must be symmetric about 0.5.</remarks>
    public bool Antisymmetric { get; init; }

    /// <summary>Members of the blend: the network where there is one, then the linear paths.</summary>
    [JsonIgnore]
    public int Members => (Output is null ? 0 : 1) + Linear.Count;

    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots(ModelConfig model)
    {
        IEnumerable<Slot> slots = Output?.Slots(this, model) ?? [];
        for (var path = 0; path < Linear.Count; path++)
        {
            slots = slots.Concat(Linear[path].Slots($"head.linear.{path}", this));
        }

        if (Members > 1)
        {
            slots = slots.Append(new Slot("head.blend", [Members, Channels], new Initial.Constant(1.0 / Members), SlotKind.Statistic));
        }

        return Intervals switch
        {
            IntervalSource.CalibratedNetwork => slots.Append(new Slot("head.spread", [Channels, Horizon], new Initial.Constant(1), SlotKind.Statistic)),
            IntervalSource.Residuals => slots.Append(new Slot("head.residuals", [Channels, Horizon, Quantiles.Count], new Initial.Constant(0), SlotKind.Statistic)),
            _ => slots,
        };
    }

    /// <inheritdoc/>
    public override double ForwardFlops(ModelConfig model, int tokens) =>
        (Output?.ForwardFlops(this, model) ?? 0) + Linear.Sum(path => 2.0 * path.Context * Horizon);

    /// <inheritdoc/>
    public override IEnumerable<string> Validate(ModelConfig model)
    {
        if (model.Embedder is not SeriesEmbedder embedder)
        {
            yield return $"head.kind is forecast but embedder is {model.Embedder.GetType().Name}; a forecast head needs a series embedder";
            yield break;
        }

        if (Horizon < 1)
        {
            yield return $"head.horizon is {Horizon}; it must be at least 1";
        }

        if (Members == 0)
        {
            yield return "head has neither output nor linear; a forecast needs at least one of them";
        }

        if (Quantiles.Any(level => level is <= 0 or >= 1) || Quantiles.Zip(Quantiles.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            yield return $"head.quantiles is [{string.Join(", ", Quantiles)}]; levels must ascend within 0 and 1";
        }

        if (Antisymmetric && Quantiles.Zip(Quantiles.Reverse()).Any(pair => Math.Abs(pair.First + pair.Second - 1) > 1e-9))
        {
            yield return $"head.antisymmetric is true but quantiles are [{string.Join(", ", Quantiles)}]; negation mirrors them, so levels must be symmetric about 0.5";
        }

        if (Channels < 1 && (Members > 1 || Intervals is IntervalSource.CalibratedNetwork or IntervalSource.Residuals))
        {
            yield return "head.channels is 0 but a blend or calibrated intervals need the number of channels";
        }

        if (Intervals != IntervalSource.Residuals && Quantiles.Count > 0 && Output is not PatchOutput)
        {
            yield return "head.quantiles are given but no patch output makes them; use intervals: residuals or leave them out";
        }

        if (Output is PatchOutput && embedder.FutureTokens * embedder.PatchLength < Horizon)
        {
            yield return $"head.horizon is {Horizon} but the embedder has {embedder.FutureTokens} future tokens of {embedder.PatchLength} steps; they must cover the horizon";
        }

        foreach (var path in Linear)
        {
            if (path.Context < 1 || (path.PerChannel && Channels < 1))
            {
                yield return $"head.linear has context {path.Context} and perChannel {path.PerChannel} with channels {Channels}; the context must be at least 1 and weights a channel need the number of channels";
            }
        }
    }
}

/// <summary>y[h] = sum over the last <paramref name="Context"/> steps of weight[h, t] * x[t] + bias[h], on z-scored values (<c>preprocessor.json</c>) with gaps filled by the last value before them (a gap at the start by the first value after it, a window without any value by 0). Every linear forecaster (ridge, DLinear, NLinear) collapses into one.</summary>
/// <param name="Name">What made it, for example <c>ridge-512</c>.</param>
/// <param name="Context">Steps it looks at.</param>
/// <param name="PerChannel">Whether each channel has weights of its own.</param>
public sealed record LinearPath(string Name, int Context, bool PerChannel)
{
    /// <summary>The weights: [H, L] and [H], or [C, H, L] and [C, H].</summary>
    /// <param name="prefix">Name of the path.</param>
    /// <param name="head">The head it stands in.</param>
    /// <returns>The slots.</returns>
    public IEnumerable<Slot> Slots(string prefix, ForecastHead head)
    {
        int[] channels = PerChannel ? [head.Channels] : [];
        yield return new Slot($"{prefix}.weight", [.. channels, head.Horizon, Context], new Initial.Constant(0), SlotKind.Statistic);
        yield return new Slot($"{prefix}.bias", [.. channels, head.Horizon], new Initial.Constant(0), SlotKind.Statistic);
    }
}

/// <summary>Where quantiles come from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<IntervalSource>))]
public enum IntervalSource
{
    /// <summary>The network's own quantiles.</summary>
    [JsonStringEnumMemberName("network")] Network,

    /// <summary>The network's quantiles, their distance to its mean multiplied by a factor a channel and step fitted on validation (slot <c>head.spread</c>).</summary>
    [JsonStringEnumMemberName("calibrated-network")] CalibratedNetwork,

    /// <summary>Quantiles of the residuals a channel and step on validation, in z-scored units, added to the mean (slot <c>head.residuals</c>).</summary>
    [JsonStringEnumMemberName("residuals")] Residuals,
}

/// <summary>How a network's tokens become forecast steps.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(FlattenOutput), "flatten")]
[JsonDerivedType(typeof(PatchOutput), "patch")]
public abstract record ForecastOutput
{
    private protected ForecastOutput()
    {
    }

    /// <summary>The weights; names begin with <c>head.</c></summary>
    /// <param name="head">The head it stands in.</param>
    /// <param name="model">The model it stands in.</param>
    /// <returns>The slots.</returns>
    public abstract IEnumerable<Slot> Slots(ForecastHead head, ModelConfig model);

    /// <summary>FLOPs for one channel of one window.</summary>
    /// <param name="head">The head it stands in.</param>
    /// <param name="model">The model it stands in.</param>
    /// <returns>FLOPs.</returns>
    public abstract double ForwardFlops(ForecastHead head, ModelConfig model);

    /// <summary>Visits the case.</summary>
    /// <typeparam name="T">What the visitor makes.</typeparam>
    /// <param name="visitor">The visitor.</param>
    /// <returns>What the visitor made.</returns>
    public abstract T Accept<T>(IForecastOutputVisitor<T> visitor);
}

/// <summary>One method a kind of output.</summary>
/// <typeparam name="T">What is made.</typeparam>
public interface IForecastOutputVisitor<out T>
{
    /// <summary>All tokens at once.</summary>
    /// <param name="output">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(FlattenOutput output);

    /// <summary>One future token a patch.</summary>
    /// <param name="output">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(PatchOutput output);
}

/// <summary>Tokens are flattened (or pooled) and projected to the whole horizon at once: PatchTST's prediction head.</summary>
public sealed record FlattenOutput : ForecastOutput
{
    /// <summary>How tokens are brought together.</summary>
    public required Pooling Pooling { get; init; }

    /// <summary>Whether all channels share the projection. Default true.</summary>
    public bool SharedProjection { get; init; } = true;

    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots(ForecastHead head, ModelConfig model)
    {
        var inputs = Inputs(model);
        return SharedProjection
            ? Slot.Linear("head.projection", head.Horizon, inputs, true)
            : Enumerable.Range(0, head.Channels).SelectMany(channel => Slot.Linear($"head.projection.{channel}", head.Horizon, inputs, true));
    }

    /// <inheritdoc/>
    public override double ForwardFlops(ForecastHead head, ModelConfig model) => 2.0 * head.Horizon * Inputs(model);

    /// <inheritdoc/>
    public override T Accept<T>(IForecastOutputVisitor<T> visitor) => visitor.Visit(this);

    /// <summary>Numbers that go into the projection.</summary>
    /// <param name="model">The model it stands in.</param>
    /// <returns>Tokens times width when nothing is pooled, else the width.</returns>
    public int Inputs(ModelConfig model) => Pooling == Pooling.None
        ? ((SeriesEmbedder)model.Embedder).Patches * model.Embedder.Width
        : model.Embedder.Width;
}

/// <summary>How tokens are brought together.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Pooling>))]
public enum Pooling
{
    /// <summary>Flattened, all kept.</summary>
    [JsonStringEnumMemberName("none")] None,

    /// <summary>Mean over patches.</summary>
    [JsonStringEnumMemberName("mean")] Mean,

    /// <summary>Maximum over patches.</summary>
    [JsonStringEnumMemberName("max")] Max,

    /// <summary>The class token.</summary>
    [JsonStringEnumMemberName("class")] Class,
}

/// <summary>Each future token becomes one patch of steps, each with its mean first and then the quantiles: [PatchLength, 1 + Q].</summary>
public sealed record PatchOutput : ForecastOutput
{
    /// <summary>Inner width of a residual block (linear, SiLU, linear, plus a linear of the token) in place of one linear layer; 0 for one linear layer. Default 0.</summary>
    public int Inner { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots(ForecastHead head, ModelConfig model)
    {
        var outputs = Outputs(head, model);
        var width = model.Embedder.Width;
        return Inner > 0
            ? [.. Slot.Linear("head.inner", Inner, width, true), .. Slot.Linear("head.outer", outputs, Inner, true), .. Slot.Linear("head.skip", outputs, width, true)]
            : [new Slot("head.projection.weight", [outputs, width], new Initial.Normal(0.02)), new Slot("head.projection.bias", [outputs], new Initial.Constant(0))]; // A first forecast near the window's mean.
    }

    /// <inheritdoc/>
    public override double ForwardFlops(ForecastHead head, ModelConfig model)
    {
        double width = model.Embedder.Width;
        double outputs = Outputs(head, model);
        return 2.0 * ((SeriesEmbedder)model.Embedder).FutureTokens * (Inner > 0 ? (width * (Inner + outputs)) + (Inner * outputs) : width * outputs);
    }

    /// <inheritdoc/>
    public override T Accept<T>(IForecastOutputVisitor<T> visitor) => visitor.Visit(this);

    /// <summary>Numbers that come out for one token.</summary>
    /// <param name="head">The head it stands in.</param>
    /// <param name="model">The model it stands in.</param>
    /// <returns>Patch length times one plus the number of quantiles.</returns>
    public static int Outputs(ForecastHead head, ModelConfig model) => ((SeriesEmbedder)model.Embedder).PatchLength * (1 + head.Quantiles.Count);
}
