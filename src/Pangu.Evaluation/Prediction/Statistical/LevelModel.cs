namespace Pangu.Evaluation.Prediction.Statistical;

/// <summary>Continues a short series of positive levels: Box-Cox, then ridge on its own lags with a trend, averaged over penalties by generalised cross-validation.</summary>
internal static class LevelModel
{
    private static readonly double[] Powers = [0, 0.5, 1];
    private static readonly double[] Penalties = [0.001, 0.01, 0.1, 1, 10, 100];

    /// <summary>Forecasts levels.</summary>
    /// <param name="levels">Positive levels, oldest first.</param>
    /// <param name="lags">Lags to regress on, ascending.</param>
    /// <param name="steps">Levels to forecast.</param>
    /// <returns>The forecast levels, and the relative errors of the fit one level ahead.</returns>
    public static (double[] Forecast, double[] Errors) Continue(double[] levels, int[] lags, int steps)
    {
        int[] used = [.. lags.Where(lag => levels.Length >= (2 * lag) + 4)];
        if (used.Length == 0)
        {
            var last = levels[^1];
            return (Enumerable.Repeat(last, steps).ToArray(), [.. levels.Zip(levels.Skip(1), (before, after) => (after / before) - 1)]);
        }

        var power = Powers.MaxBy(candidate => Likelihood(levels, candidate));
        double[] moved = [.. levels.Select(level => Forward(level, power))];
        var mean = moved.Average();
        var deviation = Math.Max(Math.Sqrt(moved.Average(value => (value - mean) * (value - mean))), 1e-12);
        List<double> scaled = [.. moved.Select(value => (value - mean) / deviation)];
        var weights = Fit(scaled, used);
        double[] errors = [.. Enumerable.Range(used[^1], levels.Length - used[^1]).Select(t =>
            (levels[t] / Back((Predict(scaled, t, used, weights) * deviation) + mean, power, levels)) - 1)];
        for (var step = 0; step < steps; step++)
        {
            scaled.Add(Predict(scaled, scaled.Count, used, weights));
        }

        return ([.. scaled.TakeLast(steps).Select(value => Back((value * deviation) + mean, power, levels))], errors);
    }

    private static double[] Fit(List<double> series, int[] lags)
    {
        var first = lags[^1];
        var (rows, columns) = (series.Count - first, lags.Length);
        var inputs = new double[rows * columns];
        var targets = new double[rows];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                inputs[(row * columns) + column] = series[first + row - lags[column]];
            }

            targets[row] = series[first + row];
        }

        var gram = new double[columns * columns];
        var cross = new double[columns];
        for (var i = 0; i < columns; i++)
        {
            cross[i] = Enumerable.Range(0, rows).Sum(row => inputs[(row * columns) + i] * targets[row]);
            for (var j = 0; j < columns; j++)
            {
                gram[(i * columns) + j] = Enumerable.Range(0, rows).Sum(row => inputs[(row * columns) + i] * inputs[(row * columns) + j]);
            }
        }

        var averaged = new double[columns];
        double total = 0;
        var scores = new double[Penalties.Length];
        var solutions = new double[Penalties.Length][];
        for (var index = 0; index < Penalties.Length; index++)
        {
            var solution = Numerics.RidgeSolver.Solve(gram, cross, columns, 1, Penalties[index], 1);
            var inverse = Numerics.RidgeSolver.Solve(gram, gram, columns, columns, Penalties[index], 1);
            var freedom = Enumerable.Range(0, columns).Sum(i => inverse[(i * columns) + i]);
            var squares = Enumerable.Range(0, rows).Sum(row => Math.Pow(targets[row] - Linear.Dense.Dot(inputs.AsSpan(row * columns, columns), solution), 2));
            scores[index] = rows * squares / Math.Pow(Math.Max(rows - freedom, 1), 2);
            solutions[index] = solution;
        }

        var best = Math.Max(scores.Min(), 1e-12);
        for (var index = 0; index < Penalties.Length; index++)
        {
            // Akaike-like weights of the models' likelihoods.
            var weight = Math.Exp(-0.5 * rows * Math.Log(Math.Max(scores[index], 1e-12) / best));
            total += weight;
            Linear.Dense.Add(averaged, solutions[index], weight);
        }

        return [.. averaged.Select(value => value / total)];
    }

    private static double Predict(List<double> series, int t, int[] lags, double[] weights) => lags.Select((lag, index) => weights[index] * series[t - lag]).Sum();

    private static double Likelihood(double[] levels, double power)
    {
        double[] moved = [.. levels.Select(level => Forward(level, power))];
        var mean = moved.Average();
        return (-0.5 * levels.Length * Math.Log(Math.Max(moved.Average(value => (value - mean) * (value - mean)), 1e-12))) + ((power - 1) * levels.Sum(Math.Log));
    }

    private static double Forward(double level, double power) => power == 0 ? Math.Log(level) : (Math.Pow(level, power) - 1) / power;

    // Never outside twice the range that was seen: a power's inverse can run away.
    private static double Back(double value, double power, double[] levels)
    {
        var level = power == 0 ? Math.Exp(value) : Math.Pow(Math.Max((value * power) + 1, 1e-12), 1 / power);
        return Math.Clamp(level, levels.Min() / 2, levels.Max() * 2);
    }
}
