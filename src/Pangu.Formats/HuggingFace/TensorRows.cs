using Pangu.Core;

namespace Pangu.Formats;

/// <summary>Rearranges the rows and columns of tensors of any element type.</summary>
internal static class TensorRows
{
    /// <summary>[M, N] becomes [N, M]; of one axis, the tensor itself.</summary>
    public static TensorData Transpose(TensorData tensor)
    {
        if (tensor.Shape is not [var rows, var columns])
        {
            return tensor;
        }

        var size = TensorData.ElementBytes(tensor.Type);
        var source = tensor.Bytes.Span;
        var target = new byte[source.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                source.Slice(checked((int)((row * columns) + column)) * size, size).CopyTo(target.AsSpan(checked((int)((column * rows) + row)) * size));
            }
        }

        return new TensorData(tensor.Type, [columns, rows], target);
    }

    /// <summary>Some rows; no copy.</summary>
    public static TensorData Slice(TensorData tensor, long start, long count)
    {
        var rowBytes = tensor.Bytes.Length / tensor.Shape[0];
        return new TensorData(tensor.Type, [count, .. tensor.Shape.Skip(1)], tensor.Bytes.Slice(checked((int)(start * rowBytes)), checked((int)(count * rowBytes))));
    }

    /// <summary>Tensors of equal rows and types, one below the other; a single one is returned as it is.</summary>
    public static TensorData Join(IReadOnlyList<TensorData> tensors)
    {
        if (tensors is [var only])
        {
            return only;
        }

        var bytes = new byte[tensors.Sum(tensor => tensor.Bytes.Length)];
        var start = 0;
        foreach (var tensor in tensors)
        {
            tensor.Bytes.Span.CopyTo(bytes.AsSpan(start));
            start += tensor.Bytes.Length;
        }

        return new TensorData(tensors[0].Type, [tensors.Sum(tensor => tensor.Shape[0]), .. tensors[0].Shape.Skip(1)], bytes);
    }
}
