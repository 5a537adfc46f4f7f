using Pangu.Core;
using Pangu.Data;
using Pangu.Models;
using Pangu.Training;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Language;

/// <summary>How a language network learns.</summary>
public sealed record LanguageTrainingSettings : LearningSettings
{
    private static readonly string[] s_last = [".output.weight", ".down.weight", "head.projection.weight"];

    /// <summary>Windows of a micro-batch. Default 12.</summary>
    public int Batch { get; init; } = 12;

    /// <summary>Which window of the text comes next. Default anywhere.</summary>
    public TextOrder Order { get; init; }

    /// <summary>Share of activations left out. Default 0.</summary>
    public double Dropout { get; init; }

    /// <summary>Factor of the logits when training is done: below 1 for a model that saw its text more than once and is too sure of itself where the text goes on. Default 1.</summary>
    public double LogitScale { get; init; } = 1;

    /// <summary>Memory of Muon's momentum: steps of few tokens want less of it. Default 0.95.</summary>
    public double MuonMomentum { get; init; } = 0.95;

    /// <summary>Iterations of Muon's orthogonalisation, with the coefficients of Polar Express: three train as well as Muon's own five and cost less, which counts where steps are small. None takes Muon's own five.</summary>
    public int? MuonIterations { get; init; }

    /// <summary>Standard deviation that the table of tokens starts with; none leaves the embedder's own.</summary>
    public double? TokenDeviation { get; init; }

    /// <summary>Whether the last layer of every branch and the projection to logits start at zero: the network begins as its table of tokens and says nothing. Default false.</summary>
    public bool SilentStart { get; init; }

    /// <summary>How a weight of a network from nothing starts.</summary>
    /// <param name="slot">The weight.</param>
    /// <returns>Its first values.</returns>
    public Initial InitialOf(Slot slot) => slot switch
    {
        { Name: "embedder.tokens" } when TokenDeviation is { } deviation => new Initial.Normal(deviation),
        _ when SilentStart && s_last.Any(end => slot.Name.EndsWith(end, StringComparison.Ordinal)) => new Initial.Constant(0),
        _ => slot.Initial,
    };

    /// <summary>Windows that are shorter than the context at first: steps of few tokens, many of them. None has all windows as long as the context.</summary>
    public ShortWindowSettings? ShortWindows { get; init; }

    /// <summary>Tokens seen in the whole training.</summary>
    /// <param name="context">Tokens of a window.</param>
    /// <returns>Micro-batches x batch x the tokens of a window, over all steps.</returns>
    public long TokensSeen(int context)
    {
        var first = Math.Min(ShortWindows?.Steps ?? 0, Steps);
        return MicroBatches * (long)Batch * (((long)first * (ShortWindows?.Length ?? 0)) + ((long)(Steps - first) * context));
    }

    /// <summary>Tokens that would be seen if all steps were as the first.</summary>
    /// <param name="context">Tokens of a window.</param>
    /// <returns>Above 0 for a sound training.</returns>
    public double TokensOfFirstSteps(int context) => (double)MicroBatches * Batch * Steps * (ShortWindows?.Length ?? context);

    /// <inheritdoc/>
    public override TrainingOptions ToOptions()
    {
        var options = base.ToOptions();
        if (options.Optimizer.Muon is { } muon)
        {
            var orthogonalisation = MuonIterations is { } iterations ? NewtonSchulz.PolarExpress(iterations) with { Kernels = KernelChoice.Own } : muon.Orthogonalisation;
            options = options with { Optimizer = options.Optimizer with { Muon = muon with { Momentum = MuonMomentum, Orthogonalisation = orthogonalisation } } };
        }

        // The validation part is what the gate judges on: validations draw a curve, and choose nothing.
        return options with { Validation = options.Validation is { } validation ? validation with { KeepBest = false } : null };
    }
}

/// <summary>Windows that are shorter than the context at first.</summary>
public sealed record ShortWindowSettings
{
    /// <summary>Tokens of a window.</summary>
    public required int Length { get; init; }

    /// <summary>Steps from the first on that have them.</summary>
    public required int Steps { get; init; }
}
