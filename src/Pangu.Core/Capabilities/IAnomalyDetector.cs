namespace Pangu.Core;

/// <summary>Scores how unusual each point of a series is. Implementations are safe for many callers at once.</summary>
public interface IAnomalyDetector : IDisposable
{
    /// <summary>What the detector takes and where it draws the line.</summary>
    AnomalyTraits Traits { get; }

    /// <summary>Scores every step of a series.</summary>
    /// <param name="request">The series, in the units of the data.</param>
    /// <param name="cancellationToken">Stops between windows.</param>
    /// <returns>Scores and flags.</returns>
    /// <exception cref="PanguException">The request does not fit <see cref="Traits"/>.</exception>
    AnomalyResult Detect(AnomalyRequest request, CancellationToken cancellationToken = default);
}

/// <summary>What an anomaly detector takes and where it draws the line.</summary>
/// <param name="Context">History steps that it needs before the first step it can score.</param>
/// <param name="Threshold">A step is flagged when its score is at least this.</param>
/// <param name="FalseAlarmRate">Share of healthy steps that the threshold was set to flag.</param>
/// <param name="Channels">Names of the channels it was made for, in order; empty when any channels will do.</param>
public sealed record AnomalyTraits(int Context, double Threshold, double FalseAlarmRate, IReadOnlyList<string> Channels);

/// <summary>A series to score. Legend: <c>C</c> channels, <c>T</c> steps.</summary>
/// <param name="Values">[C, T] row-major, oldest step first, NaN where a value is missing.</param>
/// <param name="Channels">C.</param>
/// <param name="Length">T.</param>
public sealed record AnomalyRequest(ReadOnlyMemory<float> Values, int Channels, int Length);

/// <summary>Scores of a series. Legend: <c>C</c> channels, <c>T</c> steps.</summary>
/// <param name="Scores">[T]: the score of each step over all channels; NaN where it cannot be scored (too little history, nothing observed).</param>
/// <param name="ChannelScores">[C, T] row-major: what each channel contributes; NaN as above.</param>
/// <param name="Flags">[T]: whether the score reaches the threshold.</param>
public sealed record AnomalyResult(float[] Scores, float[] ChannelScores, bool[] Flags);
