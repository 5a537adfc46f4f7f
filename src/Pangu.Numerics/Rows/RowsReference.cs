using System.Numerics;

namespace Pangu.Numerics;

/// <summary>The definitions of the row kernels, one number at a time, for any floating-point type.</summary>
public static class RowsReference
{
    /// <summary>Softmax of one row, in place.</summary>
    /// <typeparam name="T">Number type.</typeparam>
    /// <param name="row">At least one number.</param>
    public static void Softmax<T>(Span<T> row)
        where T : IFloatingPointIeee754<T>
    {
        var maximum = row[0];
        foreach (var number in row)
        {
            maximum = T.Max(maximum, number);
        }

        var sum = T.Zero;
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = T.Exp(row[i] - maximum);
            sum += row[i];
        }

        for (var i = 0; i < row.Length; i++)
        {
            row[i] /= sum;
        }
    }

    /// <summary>Layer norm of one row, in place.</summary>
    /// <typeparam name="T">Number type.</typeparam>
    /// <param name="row">The row.</param>
    /// <param name="weight">As many numbers.</param>
    /// <param name="bias">As many numbers; empty for none.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static void Layer<T>(Span<T> row, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, T epsilon)
        where T : IFloatingPointIeee754<T>
    {
        var width = T.CreateChecked(row.Length);
        var mean = T.Zero;
        foreach (var number in row)
        {
            mean += number / width;
        }

        var variance = T.Zero;
        foreach (var number in row)
        {
            variance += (number - mean) * (number - mean) / width;
        }

        for (var i = 0; i < row.Length; i++)
        {
            row[i] = ((row[i] - mean) / T.Sqrt(variance + epsilon) * weight[i]) + (bias.IsEmpty ? T.Zero : bias[i]);
        }
    }

    /// <summary>Root mean square norm of one row, in place.</summary>
    /// <typeparam name="T">Number type.</typeparam>
    /// <param name="row">The row.</param>
    /// <param name="weight">As many numbers.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    public static void Rms<T>(Span<T> row, ReadOnlySpan<T> weight, T epsilon)
        where T : IFloatingPointIeee754<T>
    {
        var meanSquare = Dot<T>(row, row) / T.CreateChecked(row.Length);
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = row[i] / T.Sqrt(meanSquare + epsilon) * weight[i];
        }
    }

    /// <summary>Sum of products.</summary>
    /// <typeparam name="T">Number type.</typeparam>
    /// <param name="left">Numbers.</param>
    /// <param name="right">As many numbers.</param>
    /// <returns>The sum.</returns>
    public static T Dot<T>(ReadOnlySpan<T> left, ReadOnlySpan<T> right)
        where T : INumberBase<T>
    {
        var sum = T.Zero;
        for (var i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }
}
