using Pangu.Core;

namespace Pangu.Models;

/// <summary>First values of weights. Made here, not by libtorch, so that a seed means the same numbers on every platform and version.</summary>
internal static class InitialValues
{
    /// <summary>The first values of a slot.</summary>
    /// <param name="slot">The slot; its randomness is the stream <c>init/</c> and its name.</param>
    /// <param name="seeds">The root seed.</param>
    /// <returns>Row-major.</returns>
    public static float[] Of(Slot slot, Seeds seeds)
    {
        var values = new float[slot.Count];
        switch (slot.Initial)
        {
            case Initial.Constant constant:
                Array.Fill(values, (float)constant.Value);
                return values;
            case Initial.Normal normal:
                var stream = seeds.For("init/" + slot.Name);
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = (float)(normal.Deviation * stream.NextGaussian());
                }

                return values;
            case Initial.Sinusoids:
                var width = slot.Shape[^1];
                for (var i = 0; i < values.Length; i++)
                {
                    var (position, column) = Math.DivRem(i, width);
                    var angle = position / Math.Pow(10_000, 2.0 * (column / 2) / width);
                    values[i] = (float)(column % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle));
                }

                return values;
            default:
                throw new NotSupportedException($"Initial values of kind {slot.Initial.GetType().Name} are not implemented (slot {slot.Name}).");
        }
    }
}
