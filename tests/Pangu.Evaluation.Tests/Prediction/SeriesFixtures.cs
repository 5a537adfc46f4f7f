using System.Globalization;
using Pangu.Core;
using Pangu.Data.Splits;
using Pangu.Evaluation.Prediction;
using Pangu.Modalities.Series;

namespace Pangu.Evaluation.Tests.Prediction;

internal static class SeriesFixtures
{
    public static readonly DataSplits Ett1 = DataSplits.Of(17_420, 8640, 2880, 2880, "ett");

    public static ScaledSeries Ett(string name)
    {
        var lines = File.ReadAllLines(Outside.Data($"ett/{name}.csv"));
        var names = lines[0].Split(',')[1..];
        var values = names.Select(_ => new float[lines.Length - 1]).ToArray();
        for (var row = 0; row < lines.Length - 1; row++)
        {
            var fields = lines[row + 1].Split(',');
            for (var channel = 0; channel < names.Length; channel++)
            {
                values[channel][row] = float.Parse(fields[channel + 1], CultureInfo.InvariantCulture);
            }
        }

        return ScaledSeries.Fit(SeriesTable.WithoutTime(names, values), Ett1.Train);
    }

    /// <summary>Daily waves with autoregressive noise: something to forecast, the same every time.</summary>
    public static ScaledSeries Waves(int rows, int channels = 2, ulong seed = 1, double noise = 0.5)
    {
        var stream = new Seeds(seed).For("waves");
        var values = new float[channels][];
        for (var channel = 0; channel < channels; channel++)
        {
            values[channel] = new float[rows];
            var state = 0.0;
            for (var t = 0; t < rows; t++)
            {
                state = (0.9 * state) + (noise * stream.NextGaussian());
                values[channel][t] = (float)(10 + (3 * Math.Sin((2 * Math.PI * t / 24) + channel)) + state);
            }
        }

        return ScaledSeries.Fit(SeriesTable.WithoutTime([.. Enumerable.Range(0, channels).Select(channel => $"c{channel}")], values), new RowRange(0, rows / 2));
    }
}
