namespace Pangu.Evaluation.Prediction.Linear;

/// <summary>The penalty under which plain ridge becomes ridge on DLinear's two inputs, the moving average of the window and what is left of it. Legend: <c>L</c> context.</summary>
/// <remarks>
/// DLinear (Zeng et al. 2022, arXiv 2205.13504): y = W1 (I - A) x + W2 A x, A a moving average of 25 steps with repeated ends. Every such pair is one map W = [W1 W2] B, B = [I - A; A].
/// Of all pairs that give W the smallest is W (B'B)^-1 B', so |W1|^2 + |W2|^2 = W (B'B)^-1 W', and closed-form ridge with that penalty minimises DLinear's objective with weight decay exactly.
/// </remarks>
internal static class Decomposition
{
    /// <summary>Steps of DLinear's moving average.</summary>
    public const int Window = 25;

    /// <summary>(B'B)^-1.</summary>
    /// <param name="context">L.</param>
    /// <param name="threads">Most threads.</param>
    /// <returns>[L, L].</returns>
    public static double[] Penalty(int context, int threads)
    {
        var average = MovingAverage(context);
        var gram = new double[context * context];
        var identity = new double[context * context];
        for (var row = 0; row < context; row++)
        {
            identity[(row * context) + row] = 1;
            var trend = average.AsSpan(row * context, context);
            for (var i = Math.Max(0, row - Window); i < Math.Min(context, row + Window + 1); i++)
            {
                var rest = (i == row ? 1 : 0) - trend[i];
                for (var j = Math.Max(0, row - Window); j < Math.Min(context, row + Window + 1); j++)
                {
                    gram[(i * context) + j] += (trend[i] * trend[j]) + (rest * ((j == row ? 1 : 0) - trend[j]));
                }
            }
        }

        return Numerics.RidgeSolver.Solve(gram, identity, context, context, 0, threads);
    }

    private static double[] MovingAverage(int context)
    {
        var average = new double[context * context];
        for (var row = 0; row < context; row++)
        {
            for (var offset = -(Window / 2); offset <= Window / 2; offset++)
            {
                average[(row * context) + Math.Clamp(row + offset, 0, context - 1)] += 1.0 / Window;
            }
        }

        return average;
    }
}
