namespace Pangu.Evaluation.Prediction;

/// <summary>Fills missing values as linear paths do.</summary>
internal static class Gaps
{
    /// <summary>Fills each gap with the last value before it, a gap at the start with the first value after it, and a series without any value with a fallback.</summary>
    /// <param name="values">Values, NaN where missing.</param>
    /// <param name="fallback">What stands where nothing was observed.</param>
    public static void Fill(Span<float> values, float fallback)
    {
        var first = 0;
        while (first < values.Length && float.IsNaN(values[first]))
        {
            first++;
        }

        if (first == values.Length)
        {
            values.Fill(fallback);
            return;
        }

        values[..first].Fill(values[first]);
        for (var t = first + 1; t < values.Length; t++)
        {
            values[t] = float.IsNaN(values[t]) ? values[t - 1] : values[t];
        }
    }

    /// <summary>A filled copy.</summary>
    /// <param name="values">Values, NaN where missing.</param>
    /// <param name="fallback">What stands where nothing was observed.</param>
    /// <returns>The copy.</returns>
    public static float[] Filled(ReadOnlySpan<float> values, float fallback)
    {
        var copy = values.ToArray();
        Fill(copy, fallback);
        return copy;
    }
}
