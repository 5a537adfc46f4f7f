using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Cli.Verbs.Prediction;

/// <summary>
/// Scores a series of any length part by part, with the same scores as if it were scored at once: each part begins a whole number of the model's strides after the first step that can
/// be scored, and brings the context and the smoothing window before it.
/// </summary>
/// <param name="detector">The detector.</param>
/// <param name="calibration">Its stride and smoothing; null when it has none, then nothing is known and everything is scored at once.</param>
/// <param name="partSteps">Steps written at once, about.</param>
internal sealed class AnomalyScan(IAnomalyDetector detector, AnomalyCalibration? calibration, int partSteps = 65_536)
{
    /// <summary>Scores all blocks.</summary>
    /// <param name="blocks">Steps in order of time.</param>
    /// <param name="cancellationToken">Stops between windows.</param>
    /// <returns>Parts in order; the steps before <see cref="AnomalyPart.Start"/> of each were context.</returns>
    public IEnumerable<AnomalyPart> Run(IEnumerable<SeriesTable> blocks, CancellationToken cancellationToken)
    {
        var stride = calibration?.Stride ?? 1;
        // Steps before a part whose scores are needed but not written: the smoothing window, in whole strides.
        var warmUp = (((calibration?.Smoothing ?? 1) - 1 + stride - 1) / stride) * stride;
        var wholeStrides = Math.Max(1, partSteps / stride) * stride;
        SeriesTable? held = null;
        var start = 0;
        foreach (var block in blocks)
        {
            held = held is null ? block : SeriesTableJoin.Join(held, block);

            // The first part also holds the context that cannot be scored; later ones begin with context and warm-up already written.
            while (calibration is not null && held.StepCount > detector.Traits.Context + warmUp + wholeStrides)
            {
                var end = detector.Traits.Context + warmUp + wholeStrides;
                yield return Score(held.Slice(0, end), start, cancellationToken);
                start = detector.Traits.Context + warmUp;
                held = held.Slice(end - start, held.StepCount - end + start);
            }
        }

        if (held is not null && held.StepCount > start)
        {
            yield return Score(held, start, cancellationToken);
        }
    }

    private AnomalyPart Score(SeriesTable table, int start, CancellationToken cancellationToken) =>
        new(table.Times, detector.Detect(new AnomalyRequest(table.Flatten(0, table.StepCount), table.ChannelCount, table.StepCount), cancellationToken), start);
}

/// <summary>Scores of a part.</summary>
/// <param name="Times">Times of its steps.</param>
/// <param name="Result">Scores of its steps.</param>
/// <param name="Start">First step that was not written before.</param>
internal sealed record AnomalyPart(long[] Times, AnomalyResult Result, int Start);
