using System.Globalization;
using Pangu.Core;

namespace Pangu.Modalities.Series;

/// <summary>Decides which columns of a CSV file are channels.</summary>
/// <param name="names">Names of all columns.</param>
/// <param name="rows">The sample's rows without the header.</param>
/// <param name="number">Reads numbers and missing cells.</param>
/// <param name="time">The time column.</param>
/// <param name="path">For messages.</param>
internal sealed class CsvColumnChoice(string[] names, List<string[]> rows, CsvNumber number, CsvTimeColumn time, string path)
{
    /// <summary>The columns asked for, or every column of numbers.</summary>
    /// <param name="options">What the user says.</param>
    /// <param name="notes">Grows by what is left out.</param>
    /// <returns>Positions of the channels.</returns>
    /// <exception cref="PanguException">A column asked for is not there or no channel, or there is no column of numbers.</exception>
    public int[] Choose(CsvReadOptions options, List<string> notes)
    {
        if (options.Columns is { } asked)
        {
            return [.. asked.Select(name => PositionOf(name))];
        }

        var chosen = new List<int>();
        var texts = new List<string>();
        for (var column = 0; column < names.Length; column++)
        {
            if (time.Positions.Contains(column))
            {
                continue;
            }

            var present = rows.Where(row => !number.IsMissing(row[column])).Select(row => row[column]).ToList();
            if (present.Count == 0 && names[column] == $"column{column + 1}")
            {
                continue;
            }

            if (IsNumeric(present))
            {
                if (IsRowNumber(names[column], column, present))
                {
                    notes.Add($"Column {names[column]} counts the rows; it was left out.");
                }
                else
                {
                    chosen.Add(column);
                }
            }
            else
            {
                texts.Add(names[column]);
            }
        }

        if (texts.Count > 0)
        {
            notes.Add($"Left out, because they hold text: {string.Join(", ", texts)}.");
        }

        return chosen.Count > 0
            ? [.. chosen]
            : throw PanguException.Usage("csv-no-numbers", $"{path} has no column of numbers beside the time column; it has {string.Join(", ", names)}. If its fields are separated by something other than , ; tab or |, say so: --delimiter ' '.");
    }

    private int PositionOf(string name)
    {
        var position = Array.IndexOf(names, name);
        if (position < 0)
        {
            var near = names.FirstOrDefault(other => other.Equals(name, StringComparison.OrdinalIgnoreCase));
            throw PanguException.Usage("csv-unknown-column", $"Column \"{name}\" is not in {path}; it has {string.Join(", ", names)}.{(near is null ? string.Empty : $" Did you mean {near}?")}");
        }

        if (time.Positions.Contains(position))
        {
            throw PanguException.Usage("csv-time-asked", $"Column \"{name}\" of {path} is the time column and cannot be a channel; choose among {string.Join(", ", names.Where((_, other) => !time.Positions.Contains(other)))}.");
        }

        var present = rows.Where(row => !number.IsMissing(row[position])).Select(row => row[position]).ToList();
        return IsNumeric(present)
            ? position
            : throw PanguException.Usage("csv-text-column", $"Column \"{name}\" of {path} holds text (\"{present[0]}\"), not numbers; choose another column, or say what marks a missing value: --missing \"{present[0]}\".");
    }

    /// <summary>At least half of what is there are numbers: a stray text then is an error of its line rather than a reason to drop the column.</summary>
    private bool IsNumeric(List<string> present) => present.Count == 0 || present.Count(cell => number.TryRead(cell, out _)) * 2 >= present.Count;

    private bool IsRowNumber(string name, int column, List<string> present)
    {
        if (column != 0 || present.Count < 2 || name.ToLowerInvariant() is not ("column1" or "unnamed: 0" or "index" or "row" or "nr" or "no" or "#"))
        {
            return false;
        }

        return (time.Format is not null || name != "column1")
            && Enumerable.Range(0, present.Count).All(row => long.TryParse(present[row], NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                && long.TryParse(present[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) && value == first + row);
    }
}
