namespace Pangu.Evaluation.Prediction.Statistical;

/// <summary>A series cut into seasons: each is a level times a shape. Legend: <c>S</c> steps of a season, <c>K</c> whole seasons.</summary>
/// <param name="Season">S; 1 when no season explains enough.</param>
/// <param name="Levels">[K]: mean of each season, oldest first; the last ends with the series.</param>
/// <param name="Shape">[S]: what each step is of its season's level, shrunk towards 1 where seasons disagree.</param>
internal sealed record SeasonShape(int Season, double[] Levels, double[] Shape)
{
    private const int FewestSeasons = 3;
    private const int Iterations = 8;

    /// <summary>Finds the season by the Bayesian information criterion of a rank-one fit (one singular vector pair) to the seasons laid under one another.</summary>
    /// <param name="values">A positive series.</param>
    /// <param name="candidates">Seasons to try.</param>
    public static SeasonShape Of(ReadOnlySpan<double> values, IReadOnlyList<int> candidates)
    {
        var best = 1;
        var criterion = Criterion(RandomWalkError(values), values.Length, 1);
        foreach (var season in candidates.Where(season => season > 1))
        {
            var count = values.Length / season;
            if (count < FewestSeasons)
            {
                continue;
            }

            var used = values[^(count * season)..];
            var value = Criterion(RankOneError(used, season) / used.Length * values.Length, values.Length, count + season - 1);
            if (value < criterion)
            {
                (best, criterion) = (season, value);
            }
        }

        return Shaped(values, best);
    }

    private static SeasonShape Shaped(ReadOnlySpan<double> values, int season)
    {
        if (season == 1)
        {
            return new SeasonShape(1, values.ToArray(), [1]);
        }

        var count = values.Length / season;
        var used = values[^(count * season)..];
        var levels = new double[count];
        for (var i = 0; i < used.Length; i++)
        {
            levels[i / season] += used[i] / season;
        }

        var (means, squaredErrors) = (new double[season], new double[season]);
        for (var step = 0; step < season; step++)
        {
            double[] ratios = new double[count];
            for (var k = 0; k < count; k++)
            {
                ratios[k] = used[(k * season) + step] / levels[k];
            }

            means[step] = ratios.Average();
            squaredErrors[step] = ratios.Sum(ratio => (ratio - means[step]) * (ratio - means[step])) / Math.Max(1, count - 1) / count;
        }

        // Empirical Bayes: the spread of the true shape is what the means' spread exceeds their errors by.
        var signal = Math.Max(0, means.Average(mean => (mean - 1) * (mean - 1)) - squaredErrors.Average());
        double[] shape = [.. means.Select((mean, step) => 1 + ((mean - 1) * (signal > 0 ? signal / (signal + squaredErrors[step]) : 0)))];
        var scale = shape.Average();
        return new SeasonShape(season, levels, [.. shape.Select(value => value / scale)]);
    }

    private static double RankOneError(ReadOnlySpan<double> rows, int season)
    {
        var count = rows.Length / season;
        var right = Enumerable.Repeat(1 / Math.Sqrt(season), season).ToArray();
        var left = new double[count];
        double total = Linear.Dense.Dot(rows, rows);
        double strength = 0;
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            for (var k = 0; k < count; k++)
            {
                left[k] = Linear.Dense.Dot(rows.Slice(k * season, season), right);
            }

            strength = Math.Sqrt(Linear.Dense.Dot(left, left));
            right.AsSpan().Clear();
            for (var k = 0; k < count; k++)
            {
                Linear.Dense.Add(right, rows.Slice(k * season, season), left[k] / Math.Max(strength, 1e-300));
            }

            strength = Math.Sqrt(Linear.Dense.Dot(right, right));
            for (var step = 0; step < season; step++)
            {
                right[step] /= Math.Max(strength, 1e-300);
            }
        }

        return Math.Max(total - (strength * strength), 0);
    }

    private static double RandomWalkError(ReadOnlySpan<double> values)
    {
        var mean = System.Numerics.Tensors.TensorPrimitives.Sum(values) / values.Length;
        double sum = 0;
        foreach (var value in values)
        {
            sum += (value - mean) * (value - mean);
        }

        return sum;
    }

    private static double Criterion(double squares, int count, int parameters) => (count * Math.Log(Math.Max(squares, 1e-12) / count)) + (parameters * Math.Log(count));
}
