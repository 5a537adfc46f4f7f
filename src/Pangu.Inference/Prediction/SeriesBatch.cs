namespace Pangu.Inference;

/// <summary>Windows that an engine is asked about. Legend: <c>B</c> windows, <c>C</c> channels, <c>T</c> steps.</summary>
/// <param name="Values">[B, C, T], NaN (or infinite) where a value is missing.</param>
/// <param name="Windows">B.</param>
/// <param name="Channels">C.</param>
/// <param name="Length">T.</param>
internal readonly record struct SeriesBatch(ReadOnlyMemory<float> Values, int Windows, int Channels, int Length)
{
    /// <summary>Rows: windows times channels.</summary>
    internal int Rows => Windows * Channels;

    /// <summary>Copies the end of every row, filled up at the front with missing values.</summary>
    /// <param name="target">[B C, context].</param>
    /// <param name="context">Steps wanted.</param>
    internal void CopyEnds(Span<float> target, int context)
    {
        var values = Values.Span;
        var taken = Math.Min(Length, context);
        for (var row = 0; row < Rows; row++)
        {
            var window = target.Slice(row * context, context);
            window[..(context - taken)].Fill(float.NaN);
            values.Slice(((row + 1) * Length) - taken, taken).CopyTo(window[(context - taken)..]);
        }

        foreach (ref var value in target[..(Rows * context)])
        {
            value = float.IsInfinity(value) ? float.NaN : value;
        }
    }
}
