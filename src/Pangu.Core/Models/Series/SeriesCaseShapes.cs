namespace Pangu.Core;

/// <summary>Shape checks and axis order of verification cases.</summary>
internal static class SeriesCaseShapes
{
    public static TensorData Require(IReadOnlyDictionary<string, TensorData> inputs, string name, string expected, Func<IReadOnlyList<long>, bool> fits)
    {
        if (!inputs.TryGetValue(name, out var tensor))
        {
            throw PanguException.Usage("verify-input", $"The case holds no input {name}; it holds {(inputs.Count == 0 ? "none" : string.Join(", ", inputs.Keys.Order(StringComparer.Ordinal)))}.");
        }

        return fits(tensor.Shape)
            ? tensor
            : throw PanguException.Usage("verify-input", $"Input {name} has shape [{string.Join(", ", tensor.Shape)}]; this model expects {expected}.");
    }

    public static TensorData Same(TensorData tensor, IReadOnlyList<long> shape, string name) => tensor.Shape.SequenceEqual(shape)
        ? tensor
        : throw PanguException.Usage("verify-input", $"Input {name} has shape [{string.Join(", ", tensor.Shape)}]; expected [{string.Join(", ", shape)}].");

    /// <summary>[B, M, N] becomes [B, N, M].</summary>
    public static float[] SwapLast(float[] values, int outer, int rows, int columns) => SwapMiddle(values, outer, rows, columns, 1);

    /// <summary>[B, M, N, Q] becomes [B, N, M, Q].</summary>
    public static float[] SwapMiddle(float[] values, int outer, int rows, int columns, int inner)
    {
        var swapped = new float[values.Length];
        for (var index = 0; index < outer; index++)
        {
            var start = index * rows * columns;
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    values.AsSpan((start + (row * columns) + column) * inner, inner).CopyTo(swapped.AsSpan((start + (column * rows) + row) * inner));
                }
            }
        }

        return swapped;
    }
}

/// <summary>Losses of verification cases, accumulated in double.</summary>
internal static class SeriesCaseLoss
{
    public static float MeanSquaredError(ReadOnlySpan<float> output, ReadOnlySpan<float> target)
    {
        var sum = 0.0;
        for (var i = 0; i < output.Length; i++)
        {
            var error = (double)output[i] - target[i];
            sum += error * error;
        }

        return (float)(sum / output.Length);
    }

    /// <summary>sum(mask * mean over the patch of squared error) / (sum(mask) + 1e-10): PatchTST's pre-training loss.</summary>
    public static float Masked(ReadOnlySpan<float> output, ReadOnlySpan<float> patches, ReadOnlySpan<bool> masked, int patchLength)
    {
        var (sum, count) = (0.0, 0);
        for (var patch = 0; patch < masked.Length; patch++)
        {
            if (masked[patch])
            {
                count++;
                sum += MeanSquaredError(output.Slice(patch * patchLength, patchLength), patches.Slice(patch * patchLength, patchLength));
            }
        }

        return (float)(sum / (count + 1e-10));
    }
}
