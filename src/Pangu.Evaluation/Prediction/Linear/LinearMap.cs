namespace Pangu.Evaluation.Prediction.Linear;

/// <summary>An affine map in double precision while it is being fitted. Legend: <c>H</c> horizon, <c>L</c> context.</summary>
/// <param name="Weight">[H, L].</param>
/// <param name="Bias">[H].</param>
internal sealed record LinearMap(double[] Weight, double[] Bias)
{
    /// <summary>Solves ridge regression on centred sums, so that the intercept is not shrunk.</summary>
    /// <param name="gram">Sums over the training windows.</param>
    /// <param name="strength">Penalty, as a multiple of the mean variance of the context's steps.</param>
    /// <param name="penalty">[L, L]: what the penalty weighs; null for the identity.</param>
    /// <param name="prior">The map towards which weights are shrunk; null for zero.</param>
    /// <param name="threads">Most threads.</param>
    public static LinearMap Fit(LagGram gram, double strength, double[]? penalty, LinearMap? prior, int threads)
    {
        var (context, horizon) = (gram.Context, gram.Horizon);
        var inputs = new double[context * context];
        double trace = 0;
        for (var i = 0; i < context; i++)
        {
            for (var j = 0; j < context; j++)
            {
                inputs[(i * context) + j] = gram[i, j] - (gram.Sums[i] * gram.Sums[j] / gram.Count);
            }

            trace += inputs[(i * context) + i];
        }

        var cross = new double[context * horizon];
        for (var i = 0; i < context; i++)
        {
            for (var h = 0; h < horizon; h++)
            {
                cross[(i * horizon) + h] = gram[i, context + h] - (gram.Sums[i] * gram.Sums[context + h] / gram.Count);
            }
        }

        if (prior is not null)
        {
            var explained = Dense.TimesSymmetric(prior.Weight, horizon, inputs, context, context);
            Dense.Add(cross, Dense.Transposed(explained, horizon, context), -1);
        }

        var lambda = strength * trace / context;
        if (penalty is not null)
        {
            Dense.Add(inputs, penalty, lambda);
            lambda = 0;
        }

        var weight = Dense.Transposed(Numerics.RidgeSolver.Solve(inputs, cross, context, horizon, lambda, threads), context, horizon);
        if (prior is not null)
        {
            Dense.Add(weight, prior.Weight, 1);
        }

        return WithIntercept(gram, weight);
    }

    /// <summary>Adds the intercept that makes the mean error zero on the training windows.</summary>
    public static LinearMap WithIntercept(LagGram gram, double[] weight)
    {
        var bias = new double[gram.Horizon];
        for (var h = 0; h < bias.Length; h++)
        {
            bias[h] = (gram.Sums[gram.Context + h] - Dense.Dot(weight.AsSpan(h * gram.Context, gram.Context), gram.Sums.AsSpan(0, gram.Context))) / gram.Count;
        }

        return new LinearMap(weight, bias);
    }

    /// <summary>Turns a map between values relative to a mean of the context into one between the values themselves.</summary>
    /// <param name="anchor">[L]: weights of the mean; they add up to 1.</param>
    public LinearMap Absolute(ReadOnlySpan<double> anchor)
    {
        var weight = (double[])Weight.Clone();
        for (var h = 0; h < Bias.Length; h++)
        {
            var row = weight.AsSpan(h * anchor.Length, anchor.Length);
            double sum = 0;
            foreach (var value in row)
            {
                sum += value;
            }

            Dense.Add(row, anchor, 1 - sum);
        }

        return new LinearMap(weight, Bias);
    }
}
