namespace Pangu.Evaluation.Prediction;

/// <summary>Rows of a table, from <paramref name="Start"/> up to but not including <paramref name="End"/>.</summary>
/// <param name="Start">First row, from 0.</param>
/// <param name="End">Row after the last.</param>
public readonly record struct RowRange(int Start, int End)
{
    /// <summary>Number of rows.</summary>
    public int Length => End - Start;

    /// <summary>Cuts a range in time: the first half for choosing, the second for the gate; windows whose targets straddle the cut belong to neither.</summary>
    /// <returns>Both halves; the first has the odd row.</returns>
    public (RowRange Choice, RowRange Gate) Halves()
    {
        var cut = Start + ((Length + 1) / 2);
        return (new RowRange(Start, cut), new RowRange(cut, End));
    }
}
