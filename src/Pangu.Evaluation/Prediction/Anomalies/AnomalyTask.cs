using Pangu.Core;
using Pangu.Evaluation.Metrics;
using Pangu.Modalities.Series;

namespace Pangu.Evaluation.Prediction.Anomalies;

/// <summary>Judges a detector: false alarms on healthy rows, and how well it ranks injected faults.</summary>
public sealed record AnomalyTask
{
    /// <summary>Rows judged; the detector sees <see cref="History"/> rows before them too.</summary>
    public required RowRange Range { get; init; }

    /// <summary>Rows of history handed to the detector before the range, as far as there are any.</summary>
    public required int History { get; init; }

    /// <summary>Which faults are injected.</summary>
    public FaultSettings Faults { get; init; } = new();

    /// <summary>Scores the healthy rows and the rows with faults.</summary>
    /// <param name="detector">Who is judged.</param>
    /// <param name="series">Healthy data.</param>
    /// <param name="seeds">Where the faults' randomness comes from: equal seeds judge all detectors on the same faults.</param>
    /// <param name="cancellationToken">Stops between windows.</param>
    /// <returns>The figures.</returns>
    public AnomalyReport Evaluate(IAnomalyDetector detector, ScaledSeries series, Seeds seeds, CancellationToken cancellationToken = default)
    {
        var faulty = FaultInjection.Inject(series, Range, Faults, seeds);
        var healthy = Scored(detector, series.Values, cancellationToken);
        var struck = Scored(detector, faulty.Values, cancellationToken);
        var truth = faulty.Faulty.AsSpan(Range.Start, Range.Count);
        double[] scores = Array.ConvertAll(struck.Scores, score => (double)score);
        var known = healthy.Scores.Count(score => !float.IsNaN(score));
        return new AnomalyReport
        {
            FalseAlarmRate = known > 0 ? (double)healthy.Flags.Count(flag => flag) / known : double.NaN,
            AveragePrecision = RankedScores.Of(truth, scores).AveragePrecision ?? double.NaN,
            AreaUnderCurve = RankedScores.Of(truth, scores).AreaUnderCurve ?? double.NaN,
            Points = Detection.PointWise(truth, struck.Flags),
            Events = Detection.Events(truth, struck.Flags),
            BestPointF1 = RankedScores.Of(truth, scores).BestF1().F1,
            FoundByKind = FoundByKind(faulty.Faults, struck.Flags),
            Faults = faulty.Faults,
            Scores = struck.Scores,
            Threshold = detector.Traits.Threshold,
        };
    }

    private (float[] Scores, bool[] Flags) Scored(IAnomalyDetector detector, float[][] values, CancellationToken cancellationToken)
    {
        var first = Math.Max(0, Range.Start - History);
        var length = Range.End - first;
        var flat = new float[values.Length * length];
        for (var channel = 0; channel < values.Length; channel++)
        {
            values[channel].AsSpan(first, length).CopyTo(flat.AsSpan(channel * length));
        }

        var result = detector.Detect(new AnomalyRequest(flat, values.Length, length), cancellationToken);
        return (result.Scores[(Range.Start - first)..], result.Flags[(Range.Start - first)..]);
    }

    private SortedDictionary<FaultKind, double> FoundByKind(IReadOnlyList<Fault> faults, bool[] flags) =>
        new(faults.GroupBy(fault => fault.Kind).ToDictionary(
            group => group.Key,
            group => group.Average(fault => flags.AsSpan(fault.Start - Range.Start, fault.Length).Contains(true) ? 1.0 : 0.0)));
}

/// <summary>What an anomaly task found.</summary>
public sealed record AnomalyReport
{
    /// <summary>Share of healthy rows flagged.</summary>
    public required double FalseAlarmRate { get; init; }

    /// <summary>Average precision of the scores against the rows of injected faults.</summary>
    public required double AveragePrecision { get; init; }

    /// <summary>Area under the ROC curve of the same.</summary>
    public required double AreaUnderCurve { get; init; }

    /// <summary>Flags against rows, at the detector's threshold.</summary>
    public required Detection Points { get; init; }

    /// <summary>Flags against faults, at the detector's threshold.</summary>
    public required Detection Events { get; init; }

    /// <summary>The best F1 over rows at any threshold.</summary>
    public required double BestPointF1 { get; init; }

    /// <summary>Share of the faults of each kind with a flag on them.</summary>
    public required IReadOnlyDictionary<FaultKind, double> FoundByKind { get; init; }

    /// <summary>The faults, in order of time.</summary>
    public required IReadOnlyList<Fault> Faults { get; init; }

    /// <summary>Score of each row of the range, faults included; NaN where unknown.</summary>
    public required float[] Scores { get; init; }

    /// <summary>The detector's threshold.</summary>
    public required double Threshold { get; init; }

    /// <summary>The figures by their metric keys.</summary>
    public IReadOnlyDictionary<string, double> Figures => new SortedDictionary<string, double>(StringComparer.Ordinal)
    {
        ["average-precision"] = AveragePrecision,
        ["event-f1"] = Events.F1,
        ["false-alarm-rate"] = FalseAlarmRate,
        ["point-f1"] = Points.F1,
        ["roc-auc"] = AreaUnderCurve,
    };
}
