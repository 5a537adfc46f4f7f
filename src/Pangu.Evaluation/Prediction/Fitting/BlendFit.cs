namespace Pangu.Evaluation.Prediction.Fitting;

/// <summary>How blend weights are fitted.</summary>
public sealed record BlendFitSettings
{
    /// <summary>How far each channel's problem is mixed with the one pooled over channels, 0 (its own) to 1 (pooled): the candidates among which blocks of time choose. Default five.</summary>
    public IReadOnlyList<double> Shrinkages { get; init; } = [0, 0.25, 0.5, 0.75, 1];

    /// <summary>Blocks of time that take turns in judging a shrinkage; 1 takes the last of <see cref="Shrinkages"/> unseen. Default 4.</summary>
    public int Blocks { get; init; } = 4;

    /// <summary>Pull towards equal weights, as a multiple of the members' mean squared error. Default 0.01: settles ties between members that hardly differ.</summary>
    public double EqualPull { get; init; } = 0.01;
}

/// <summary>Weights of a blend. Legend: <c>M</c> members, <c>C</c> channels.</summary>
/// <param name="Weights">[M, C] row-major, each at least 0, adding up to 1 over members: the slot <c>head.blend</c>.</param>
/// <param name="Shrinkage">The shrinkage that was chosen.</param>
/// <param name="MeanSquaredError">Of the blend on the windows it was fitted on, in scaled units, mean over channels.</param>
public sealed record Blend(float[] Weights, double Shrinkage, double MeanSquaredError);

/// <summary>Fits non-negative blend weights a channel that add up to 1 by least squares.</summary>
/// <remarks>
/// Because weights add up to 1, the blend's error is the blend of errors, so all that is needed of the forecasts is A[m, n] = mean of e_m e_n a channel and block of time; w'Aw is then
/// minimised on the simplex by exact steps between the pair of members that gains most (as in sequential minimal optimisation), which ends in the optimum of this convex problem.
/// </remarks>
public static class BlendFit
{
    private const int MostSteps = 10_000;

    /// <summary>Fits weights on kept forecasts.</summary>
    /// <param name="members">Forecasts of the same windows by each member; only means are used.</param>
    /// <param name="settings">How.</param>
    /// <returns>The weights.</returns>
    public static Blend Fit(IReadOnlyList<ForecastSet> members, BlendFitSettings settings)
    {
        var blocks = Math.Max(1, Math.Min(settings.Blocks, members[0].Windows));
        var products = Enumerable.Range(0, blocks).Select(block => Products(members, block, blocks)).ToArray();
        var shrinkage = settings.Shrinkages[^1];
        if (blocks > 1)
        {
            shrinkage = settings.Shrinkages.MinBy(candidate => Enumerable.Range(0, blocks).Sum(held =>
                Error(Solve([.. products.Where((_, block) => block != held)], candidate, settings), [products[held]])));
        }

        var weights = Solve(products, shrinkage, settings);
        var channels = weights.Length;
        var flat = new float[members.Count * channels];
        for (var channel = 0; channel < channels; channel++)
        {
            for (var member = 0; member < members.Count; member++)
            {
                flat[(member * channels) + channel] = (float)weights[channel][member];
            }
        }

        return new Blend(flat, shrinkage, Error(weights, products));
    }

    /// <summary>Blends kept forecasts.</summary>
    /// <param name="members">Forecasts of the same windows by each member.</param>
    /// <param name="weights">[M, C].</param>
    /// <returns>[W, C, H]: the blend's means.</returns>
    public static float[] Apply(IReadOnlyList<ForecastSet> members, ReadOnlySpan<float> weights)
    {
        var (channels, horizon) = (members[0].Channels, members[0].Horizon);
        var blended = new float[members[0].Mean.Length];
        for (var member = 0; member < members.Count; member++)
        {
            for (var i = 0; i < blended.Length; i++)
            {
                blended[i] += weights[(member * channels) + (i / horizon % channels)] * members[member].Mean[i];
            }
        }

        return blended;
    }

    /// <summary>Minimises w'Aw over the simplex.</summary>
    /// <param name="matrix">[M, M] symmetric, positive semi-definite.</param>
    /// <param name="count">M.</param>
    /// <returns>[M].</returns>
    internal static double[] OnSimplex(double[] matrix, int count)
    {
        var weights = new double[count];
        weights[Enumerable.Range(0, count).MinBy(member => matrix[(member * count) + member])] = 1;
        for (var step = 0; step < MostSteps; step++)
        {
            double[] gradient = [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, count).Sum(j => matrix[(i * count) + j] * weights[j]))];
            var up = Enumerable.Range(0, count).MinBy(i => gradient[i]);
            var down = Enumerable.Range(0, count).Where(i => weights[i] > 0).MaxBy(i => gradient[i]);
            var gain = gradient[down] - gradient[up];
            var curvature = matrix[(up * count) + up] + matrix[(down * count) + down] - (2 * matrix[(up * count) + down]);
            if (gain <= 1e-12 * Math.Abs(gradient[down]))
            {
                break;
            }

            var moved = curvature > 0 ? Math.Min(gain / curvature, weights[down]) : weights[down];
            weights[up] += moved;
            weights[down] = moved == weights[down] ? 0 : weights[down] - moved;
        }

        return weights;
    }

    // [C][M * M + 1]: sums of products of errors, then the number of values.
    private static double[][] Products(IReadOnlyList<ForecastSet> members, int block, int blocks)
    {
        var (count, set) = (members.Count, members[0]);
        var sums = Enumerable.Range(0, set.Channels).Select(_ => new double[(count * count) + 1]).ToArray();
        var errors = new double[count];
        for (var window = set.Windows * block / blocks; window < set.Windows * (block + 1) / blocks; window++)
        {
            for (var cell = 0; cell < set.Channels * set.Horizon; cell++)
            {
                var index = (window * set.Channels * set.Horizon) + cell;
                for (var member = 0; member < count; member++)
                {
                    errors[member] = members[member].Mean[index] - (double)set.Truth[index];
                }

                if (errors.Any(double.IsNaN))
                {
                    continue;
                }

                var sum = sums[cell / set.Horizon];
                sum[^1]++;
                for (var i = 0; i < count; i++)
                {
                    for (var j = 0; j < count; j++)
                    {
                        sum[(i * count) + j] += errors[i] * errors[j];
                    }
                }
            }
        }

        return sums;
    }

    private static double[][] Solve(double[][][] blocks, double shrinkage, BlendFitSettings settings)
    {
        double[][] own = [.. Enumerable.Range(0, blocks[0].Length).Select(channel => Mean(blocks.Select(block => block[channel])))];
        var pooled = Mean(blocks.SelectMany(block => block));
        return [.. own.Select(matrix =>
        {
            var count = (int)Math.Sqrt(matrix.Length);
            double[] mixed = [.. matrix.Zip(pooled, (one, all) => ((1 - shrinkage) * one) + (shrinkage * all))];
            var pull = settings.EqualPull * Enumerable.Range(0, count).Average(i => mixed[(i * count) + i]);
            for (var i = 0; i < count; i++)
            {
                mixed[(i * count) + i] += pull;
            }

            return OnSimplex(mixed, count);
        })];
    }

    private static double[] Mean(IEnumerable<double[]> sums)
    {
        double[]? total = null;
        foreach (var sum in sums)
        {
            total = total is null ? [.. sum] : [.. total.Zip(sum, (one, other) => one + other)];
        }

        var values = Math.Max(total![^1], 1);
        return [.. total[..^1].Select(value => value / values)];
    }

    private static double Error(double[][] weights, double[][][] blocks) =>
        weights.Select((weight, channel) =>
        {
            var matrix = Mean(blocks.Select(block => block[channel]));
            return Enumerable.Range(0, weight.Length).Sum(i => Enumerable.Range(0, weight.Length).Sum(j => weight[i] * weight[j] * matrix[(i * weight.Length) + j]));
        }).Average();
}
