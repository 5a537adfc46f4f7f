using Pangu.Core;

namespace Pangu.Inference;

/// <summary>Location and scale of one window of one channel, summed in double over the observed values. Immutable; safe for many callers at once.</summary>
internal abstract class WindowScaling
{
    /// <summary>Whether a window with nothing observed takes its scale from the batch.</summary>
    internal virtual bool LooksAtBatch => false;

    /// <summary>Measures a window.</summary>
    /// <param name="window">[L], NaN where a value is missing.</param>
    /// <param name="batchScale">Mean magnitude of the channel over the batch, for a window with nothing observed.</param>
    /// <returns>What is subtracted, and what is then divided by.</returns>
    internal abstract (float Location, float Scale) Measure(ReadOnlySpan<float> window, float batchScale);

    /// <summary>Compiles a scaling.</summary>
    internal static WindowScaling Of(SeriesScaling scaling) => scaling.Accept(new Compiler());

    /// <summary>Sum of magnitudes of the observed values, and how many there are.</summary>
    internal static (double Sum, int Count) Magnitudes(ReadOnlySpan<float> window)
    {
        var (sum, count) = (0.0, 0);
        foreach (var value in window)
        {
            if (!float.IsNaN(value))
            {
                sum += Math.Abs((double)value);
                count++;
            }
        }

        return (sum, count);
    }

    private sealed class Compiler : ISeriesScalingVisitor<WindowScaling>
    {
        public WindowScaling Visit(NoScaling scaling) => new Unscaled();

        public WindowScaling Visit(StandardScaling scaling) => new Standard(scaling.Epsilon);

        public WindowScaling Visit(MeanScaling scaling) => new MeanMagnitude(scaling.Minimum);
    }

    private sealed class Unscaled : WindowScaling
    {
        internal override (float Location, float Scale) Measure(ReadOnlySpan<float> window, float batchScale) => (0, 1);
    }

    private sealed class Standard(double epsilon) : WindowScaling
    {
        internal override (float Location, float Scale) Measure(ReadOnlySpan<float> window, float batchScale)
        {
            var (sum, count) = (0.0, 0);
            foreach (var value in window)
            {
                if (!float.IsNaN(value))
                {
                    sum += value;
                    count++;
                }
            }

            var mean = sum / Math.Max(count, 1);
            var squares = 0.0;
            foreach (var value in window)
            {
                var difference = float.IsNaN(value) ? 0 : value - mean;
                squares += difference * difference;
            }

            return ((float)mean, (float)Math.Sqrt((squares / Math.Max(count, 1)) + epsilon));
        }
    }

    private sealed class MeanMagnitude(double minimum) : WindowScaling
    {
        internal override bool LooksAtBatch => true;

        internal override (float Location, float Scale) Measure(ReadOnlySpan<float> window, float batchScale)
        {
            var (sum, count) = Magnitudes(window);
            return (0, (float)Math.Max(count > 0 ? sum / count : batchScale, minimum));
        }
    }
}
