namespace Pangu.Training;

/// <summary>Learning rate over the steps, as a share of the peak: a pure function of the step. Closed; one record a shape.</summary>
/// <remarks>The shapes without another source are those of Hugging Face transformers' <c>optimization.py</c>, with the warm-up convention a choice. Thread-safe.</remarks>
public abstract record Schedule
{
    private protected Schedule()
    {
    }

    /// <summary>The rise before the shape begins. Default none.</summary>
    public WarmUp WarmUp { get; init; } = new(0);

    /// <summary>Steps that the shape is made for, warm-up included; null when it goes on for ever.</summary>
    public virtual long? CoveredSteps => null;

    /// <summary>Share of the peak rate in force at a step.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <returns>The share, 0 or more.</returns>
    public double Factor(long step) => step < WarmUp.Steps ? WarmUp.Factor(step) : After(step - WarmUp.Steps);

    /// <summary>Every problem of the settings.</summary>
    /// <param name="path">Where the schedule stands, for messages.</param>
    /// <returns>Messages that name the property; empty when the schedule is sound.</returns>
    public IReadOnlyList<string> Validate(string path = "schedule") => [.. WarmUp.Validate($"{path}.warmUp"), .. Problems(path)];

    /// <summary>Share of the peak after the warm-up.</summary>
    /// <param name="step">Steps since the warm-up's end, from 0.</param>
    private protected abstract double After(long step);

    private protected abstract IEnumerable<string> Problems(string path);

    /// <summary>What is wrong with a number of steps in all.</summary>
    private protected IEnumerable<string> TotalProblems(string path, long totalSteps)
    {
        if (totalSteps <= WarmUp.Steps)
        {
            yield return $"{path}.totalSteps is {totalSteps} but warmUp.steps is {WarmUp.Steps}; the total includes the warm-up and must exceed it";
        }
    }

    private protected static IEnumerable<string> ShareProblems(string path, string name, double share)
    {
        if (!(share is >= 0 and <= 1))
        {
            yield return $"{path}.{name} is {share}; it must lie in 0 .. 1";
        }
    }

    private protected static double Cosine(double progress) => 0.5 * (1 + Math.Cos(Math.PI * progress));
}

/// <summary>The peak rate throughout.</summary>
public sealed record ConstantSchedule : Schedule
{
    private protected override double After(long step) => 1;

    private protected override IEnumerable<string> Problems(string path) => [];
}

/// <summary>A straight line from the peak to 0 at the last step.</summary>
/// <param name="TotalSteps">Steps in all, warm-up included.</param>
public sealed record LinearSchedule(long TotalSteps) : Schedule
{
    /// <inheritdoc/>
    public override long? CoveredSteps => TotalSteps;

    private protected override double After(long step) => Math.Max(0, 1 - ((double)step / Math.Max(1, TotalSteps - WarmUp.Steps)));

    private protected override IEnumerable<string> Problems(string path) => TotalProblems(path, TotalSteps);
}

/// <summary>floor + (1 - floor) * (1 + cos(pi u)) / 2 with u the share of the steps done after the warm-up.</summary>
/// <param name="TotalSteps">Steps in all, warm-up included; beyond them the cosine rises again, as in transformers.</param>
/// <param name="Floor">Share of the peak at the end. Default 0.</param>
public sealed record CosineSchedule(long TotalSteps, double Floor = 0) : Schedule
{
    /// <inheritdoc/>
    public override long? CoveredSteps => TotalSteps;

    private protected override double After(long step) => Floor + ((1 - Floor) * Cosine((double)step / Math.Max(1, TotalSteps - WarmUp.Steps)));

    private protected override IEnumerable<string> Problems(string path) => [.. TotalProblems(path, TotalSteps), .. ShareProblems(path, "floor", Floor)];
}

/// <summary>Several cosines to 0, each from the peak (Loshchilov and Hutter 2017, with cycles of one length).</summary>
/// <param name="TotalSteps">Steps in all, warm-up included; the rate is 0 beyond them.</param>
/// <param name="Cycles">Number of cosines.</param>
public sealed record CosineRestartsSchedule(long TotalSteps, int Cycles) : Schedule
{
    /// <inheritdoc/>
    public override long? CoveredSteps => TotalSteps;

    private protected override double After(long step)
    {
        var progress = (double)step / Math.Max(1, TotalSteps - WarmUp.Steps);
        return progress >= 1 ? 0 : Cosine(Cycles * progress % 1.0);
    }

    private protected override IEnumerable<string> Problems(string path) =>
        [.. TotalProblems(path, TotalSteps), .. Cycles < 1 ? [$"{path}.cycles is {Cycles}; it must be at least 1"] : Array.Empty<string>()];
}

/// <summary>end + (1 - end) * (1 - u)^power with u the share of the steps done after the warm-up.</summary>
/// <param name="TotalSteps">Steps in all, warm-up included; the rate stays at the end's beyond them.</param>
/// <param name="Power">Exponent.</param>
/// <param name="End">Share of the peak at the end.</param>
public sealed record PolynomialSchedule(long TotalSteps, double Power, double End) : Schedule
{
    /// <inheritdoc/>
    public override long? CoveredSteps => TotalSteps;

    private protected override double After(long step)
    {
        var remaining = 1 - ((double)step / Math.Max(1, TotalSteps - WarmUp.Steps));
        return remaining <= 0 ? End : End + ((1 - End) * Math.Pow(remaining, Power));
    }

    private protected override IEnumerable<string> Problems(string path) =>
        [.. TotalProblems(path, TotalSteps), .. ShareProblems(path, "end", End), .. Power > 0 ? Array.Empty<string>() : [$"{path}.power is {Power}; it must be above 0"]];
}

/// <summary>1 / sqrt((s + T) / T), s counted from the warm-up's end and T a time scale (Vaswani et al. 2017, section 5.3, in transformers' form).</summary>
/// <param name="TimeScale">T in steps; the warm-up's length is usual.</param>
public sealed record InverseSquareRootSchedule(long TimeScale) : Schedule
{
    private protected override double After(long step) => 1 / Math.Sqrt((double)(step + TimeScale) / TimeScale);

    private protected override IEnumerable<string> Problems(string path)
    {
        if (TimeScale < 1)
        {
            yield return $"{path}.timeScale is {TimeScale}; it must be at least 1";
        }
    }
}
