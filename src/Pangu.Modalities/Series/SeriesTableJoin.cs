namespace Pangu.Modalities.Series;

/// <summary>Puts tables of the same channels one after the other.</summary>
public static class SeriesTableJoin
{
    /// <summary>Joins two tables.</summary>
    /// <param name="first">The earlier steps.</param>
    /// <param name="second">The later steps, with the same channels.</param>
    /// <returns>All steps.</returns>
    public static SeriesTable Join(SeriesTable first, SeriesTable second) =>
        new([.. first.Times, .. second.Times], second.Names, [.. first.Values.Zip(second.Values, (early, late) => (float[])[.. early, .. late])], second.Clock);
}
