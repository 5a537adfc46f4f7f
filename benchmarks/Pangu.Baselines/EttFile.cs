using System.Globalization;
using Pangu.Evaluation.Prediction;
using Pangu.Modalities.Series;

namespace Pangu.Baselines;

/// <summary>Reads a file of the ETT sets: a date column, then channels.</summary>
internal static class EttFile
{
    public static ScaledSeries Read(string path, RowRange training)
    {
        var lines = File.ReadAllLines(path);
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

        return ScaledSeries.Fit(SeriesTable.WithoutTime(names, values), training);
    }
}
