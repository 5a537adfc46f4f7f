using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Evaluation.Prediction.Anomalies;

/// <summary>Puts seeded faults into healthy data: the same seed and settings give the same faults.</summary>
public static class FaultInjection
{
    private const string Stream = "fault-injection";

    /// <summary>Injects faults into a range of rows.</summary>
    /// <param name="series">Healthy data; left as it is.</param>
    /// <param name="range">Rows that faults may strike.</param>
    /// <param name="settings">Which.</param>
    /// <param name="seeds">Where randomness comes from.</param>
    /// <returns>A copy with faults.</returns>
    public static FaultySeries Inject(ScaledSeries series, RowRange range, FaultSettings settings, Seeds seeds)
    {
        var values = Array.ConvertAll(series.Values, row => (float[])row.Clone());
        var faulty = new bool[series.Length];
        var faults = new List<Fault>();
        var slot = Math.Max(1, range.Count / Math.Max(1, settings.Count));
        for (var index = 0; index < settings.Count; index++)
        {
            var random = seeds.For(Stream, index);
            var fault = Draw(settings.Kinds[index % settings.Kinds.Count], series.Channels, settings, random);
            var room = slot - settings.Distance - fault.Length;
            var first = range.Start + (int)((long)range.Count * index / settings.Count);
            if (room < 0 || first + fault.Length > range.End)
            {
                fault = fault with { Length = Math.Max(1, slot - settings.Distance) };
                room = 0;
            }

            fault = fault with { Start = first + (room > 0 ? random.NextInt(room + 1) : 0) };
            if (fault.Start + fault.Length > range.End)
            {
                continue;
            }

            foreach (var channel in fault.Channels)
            {
                Apply(fault, series.Values[channel], values[channel], series.Deviations[channel], random);
            }

            faulty.AsSpan(fault.Start, fault.Length).Fill(true);
            faults.Add(fault);
        }

        return new FaultySeries(values, faulty, faults);
    }

    private static Fault Draw(FaultKind kind, int channels, FaultSettings settings, RandomStream random)
    {
        var struck = random.Permutation(channels)[..(1 + random.NextInt(Math.Min(settings.MostChannels, channels)))];
        var length = settings.ShortestLength + random.NextInt(Math.Max(1, settings.LongestLength - settings.ShortestLength + 1));
        var size = random.NextUniform(settings.SmallestSize, settings.LargestSize);
        return new Fault(
            kind,
            struck,
            0,
            kind switch { FaultKind.Spike => 1 + random.NextInt(2), FaultKind.Drift => 2 * length, _ => length },
            kind switch
            {
                FaultKind.TimeShift => 3 + random.NextInt(10),
                FaultKind.ScaleChange => size,
                _ => random.NextBool(0.5) ? size : -size,
            });
    }

    private static void Apply(Fault fault, float[] healthy, float[] values, double deviation, RandomStream random)
    {
        var end = fault.Start + fault.Length;
        var mean = healthy[Math.Max(0, fault.Start - 24)..end].Where(value => !float.IsNaN(value)).DefaultIfEmpty(0).Average();
        var held = LastObserved(healthy, fault.Start - 1);
        for (var row = fault.Start; row < end; row++)
        {
            var share = (row - fault.Start + 1.0) / fault.Length;
            values[row] = fault.Kind switch
            {
                FaultKind.Spike or FaultKind.LevelShift => (float)(healthy[row] + (fault.Size * deviation)),
                FaultKind.Drift => (float)(healthy[row] + (share * fault.Size * deviation)),
                FaultKind.Stuck => held,
                FaultKind.NoiseBurst => (float)(healthy[row] + (Math.Abs(fault.Size) / 2 * deviation * random.NextGaussian())),
                FaultKind.ScaleChange => (float)(mean + ((1 + fault.Size) * (healthy[row] - mean))),
                FaultKind.TimeShift => healthy[Math.Max(0, row - (int)fault.Size)],
                _ => throw new ArgumentOutOfRangeException(nameof(fault), fault.Kind, "Unknown kind of fault."),
            };
        }
    }

    private static float LastObserved(float[] values, int row)
    {
        while (row > 0 && float.IsNaN(values[row]))
        {
            row--;
        }

        return row >= 0 ? values[row] : float.NaN;
    }
}
