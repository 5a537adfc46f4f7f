using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pangu.Numerics;

/// <summary>Copies a matrix with rows and columns exchanged, times a factor.</summary>
/// <remarks>
/// Lanes: squares of 4 x 4 through four 128-bit registers where the processor has SSE, single numbers at the edges and elsewhere. No alignment needed. NaN passes; each number is rounded once, in the
/// product with the factor.
/// </remarks>
internal static unsafe class MatrixTransposition
{
    /// <summary>target[c, r] = factor * source[r, c].</summary>
    /// <param name="source">First number.</param>
    /// <param name="stride">Distance between rows of the source.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="target">First number of the result.</param>
    /// <param name="targetStride">Distance between rows of the result.</param>
    /// <param name="factor">A number.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run(float* source, nint stride, int rows, int columns, float* target, nint targetStride, float factor = 1)
    {
        var (wholeRows, wholeColumns) = Sse.IsSupported ? (rows & ~3, columns & ~3) : (0, 0);
        var factors = Vector128.Create(factor);
        for (var row = 0; row < wholeRows; row += 4)
        {
            var from = source + (row * stride);
            var to = target + row;
            for (var column = 0; column < wholeColumns; column += 4, from += 4, to += 4 * targetStride)
            {
                var first = Vector128.Load(from) * factors;
                var second = Vector128.Load(from + stride) * factors;
                var third = Vector128.Load(from + (2 * stride)) * factors;
                var fourth = Vector128.Load(from + (3 * stride)) * factors;
                var (low, lowNext) = (Sse.UnpackLow(first, second), Sse.UnpackLow(third, fourth));
                var (high, highNext) = (Sse.UnpackHigh(first, second), Sse.UnpackHigh(third, fourth));
                Sse.MoveLowToHigh(low, lowNext).Store(to);
                Sse.MoveHighToLow(lowNext, low).Store(to + targetStride);
                Sse.MoveLowToHigh(high, highNext).Store(to + (2 * targetStride));
                Sse.MoveHighToLow(highNext, high).Store(to + (3 * targetStride));
            }
        }

        for (var row = 0; row < rows; row++)
        {
            for (var column = row < wholeRows ? wholeColumns : 0; column < columns; column++)
            {
                target[(column * targetStride) + row] = source[(row * stride) + column] * factor;
            }
        }
    }
}
