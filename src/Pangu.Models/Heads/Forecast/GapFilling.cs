using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>Fills gaps for linear paths: the last value before, at the start the first value after, 0 in a window without any value.</summary>
internal static class GapFilling
{
    /// <summary>Fills every row.</summary>
    /// <param name="values">[B, C, T], dense.</param>
    /// <param name="observed">[B, C, T], dense: 1 where a value is observed, else 0.</param>
    /// <returns>[B, C, T]; the same tensor when there is no gap.</returns>
    public static Tensor Fill(Tensor values, Tensor observed)
    {
        var seen = Operators.Data(observed);
        if (!seen.Contains(0f))
        {
            return values;
        }

        var filled = values.clone();
        var numbers = Operators.Data(filled);
        var steps = checked((int)values.size(2));
        for (var start = 0; start < numbers.Length; start += steps)
        {
            var row = numbers.Slice(start, steps);
            var rowSeen = seen.Slice(start, steps);
            var first = rowSeen.IndexOfAnyExcept(0f);
            var last = first < 0 ? 0 : row[first];
            for (var step = 0; step < steps; step++)
            {
                last = rowSeen[step] != 0 ? row[step] : last;
                row[step] = last;
            }
        }

        return filled;
    }
}
