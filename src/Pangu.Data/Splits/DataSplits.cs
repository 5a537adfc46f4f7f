using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Data.Splits;

/// <summary>The parts of a table in order of time: train, validation (its first half for choices, its second for the gate), test. Rows after the test part are not used.</summary>
/// <param name="Train">Learned from.</param>
/// <param name="Validation">Both halves together.</param>
/// <param name="Test">Evaluated once a run; decides nothing.</param>
public sealed record DataSplits(RowRange Train, RowRange Validation, RowRange Test)
{
    /// <summary>First half of validation: serves stopping, choices and the calibration of intervals.</summary>
    public RowRange Choice => new(Validation.Start, Middle);

    /// <summary>Second half of validation: serves the gate alone.</summary>
    public RowRange Gate => new(Middle, Validation.End);

    private int Middle => Validation.Start + (Validation.Count / 2);

    /// <summary>Divides a table.</summary>
    /// <param name="rowCount">Rows of the table.</param>
    /// <param name="train">First part: whole numbers above 1 are rows, numbers up to 1 are shares of all rows.</param>
    /// <param name="validation">Next part, likewise.</param>
    /// <param name="test">Next part, likewise.</param>
    /// <param name="where">What is divided, for messages.</param>
    /// <returns>The parts.</returns>
    /// <exception cref="PanguException">A part is empty or negative, or together they are longer than the table.</exception>
    public static DataSplits Of(int rowCount, double train, double validation, double test, string where)
    {
        var parts = new[] { train, validation, test };
        string[] names = ["train", "validation", "test"];
        var counts = new int[parts.Length];
        var problems = new List<Problem>();
        for (var i = 0; i < parts.Length; i++)
        {
            // A share reaches to the rounded end of the shares so far, so that shares that make up 1 use every row.
            counts[i] = parts[i] > 1 ? (int)Math.Min(parts[i], int.MaxValue) : (int)Math.Round(parts[..(i + 1)].Where(part => part <= 1).Sum() * rowCount) - (int)Math.Round(parts[..i].Where(part => part <= 1).Sum() * rowCount);
            if (!(parts[i] > 0) || (parts[i] > 1 && parts[i] != Math.Floor(parts[i])) || counts[i] < 1)
            {
                problems.Add(new Problem(null, null, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{names[i]} of {where} is {parts[i]}, which makes {counts[i]} of {rowCount} rows; expected a share above 0 and up to 1, or a whole number of rows")));
            }
        }

        if (problems.Count == 0 && counts.Sum(count => (long)count) > rowCount)
        {
            problems.Add(new Problem(null, null, $"train, validation and test of {where} have {counts[0]} + {counts[1]} + {counts[2]} rows, but there are only {rowCount}; make them smaller, or give shares such as 0.7, 0.1, 0.2"));
        }

        if (problems.Count > 0)
        {
            throw new PanguException(ErrorKind.Usage, "splits", string.Join(" ", problems.Select(problem => $"{problem}.")), problems);
        }

        var (firstEnd, secondEnd) = (counts[0], counts[0] + counts[1]);
        return new DataSplits(new RowRange(0, firstEnd), new RowRange(firstEnd, secondEnd), new RowRange(secondEnd, secondEnd + counts[2]));
    }

    /// <summary>The windows of a part: their targets lie inside it (so none straddles a cut), their contexts may reach back before it.</summary>
    /// <param name="part">A part, or half of one.</param>
    /// <param name="context">History steps.</param>
    /// <param name="horizon">Steps forecast.</param>
    /// <param name="stride">Rows from one window to the next.</param>
    /// <returns>The windows, at least one.</returns>
    /// <exception cref="PanguException">The part holds no window.</exception>
    public static SeriesWindows WindowsOf(RowRange part, int context, int horizon, int stride = 1)
    {
        var windows = new SeriesWindows(part, context, horizon, stride);
        return windows.Count > 0
            ? windows
            : throw PanguException.Usage("splits-too-short", $"Rows {part.Start} to {part.End - 1} hold no window of {context} history steps and {horizon} steps ahead; give more rows to that part, or shorten context or horizon.");
    }
}
