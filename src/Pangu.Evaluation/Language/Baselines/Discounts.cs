namespace Pangu.Evaluation.Language.Baselines;

/// <summary>What is taken off counts of one, two and more, to be given to what was not seen.</summary>
/// <param name="One">Off a count of 1.</param>
/// <param name="Two">Off a count of 2.</param>
/// <param name="More">Off greater ones.</param>
public readonly record struct Discounts(double One, double Two, double More)
{
    private const double Fallback = 0.5; // Where too little was counted to estimate anything.

    /// <summary>Estimates discounts from counts of counts.</summary>
    /// <param name="counts">Counts, each at least 1.</param>
    /// <returns>With n_c things counted c times and Y = n_1 / (n_1 + 2 n_2): 1 - 2 Y n_2 / n_1, 2 - 3 Y n_3 / n_2, 3 - 4 Y n_4 / n_3 (Chen and Goodman 1998, equation 17); Y for all three where one of
    /// them is not above 0 (few characters, all seen often), and a half where Y is not between 0 and 1 either.</returns>
    public static Discounts Estimate(IEnumerable<int> counts)
    {
        var n = new double[5];
        foreach (var count in counts)
        {
            if (count <= 4)
            {
                n[count]++;
            }
        }

        var y = n[1] / (n[1] + (2 * n[2]));
        var estimate = new Discounts(1 - (2 * y * n[2] / n[1]), 2 - (3 * y * n[3] / n[2]), 3 - (4 * y * n[4] / n[3]));
        return estimate is { One: > 0 and <= 1, Two: > 0 and <= 2, More: > 0 and <= 3 } ? estimate
            : y is > 0 and < 1 ? new Discounts(y, y, y)
            : new Discounts(Fallback, Fallback, Fallback);
    }

    /// <summary>What is taken off a count.</summary>
    /// <param name="count">0 or more.</param>
    /// <returns>At most the count.</returns>
    public double Of(int count) => count switch { 0 => 0, 1 => One, 2 => Two, _ => More };
}
