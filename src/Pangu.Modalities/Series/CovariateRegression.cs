using Pangu.Numerics;

namespace Pangu.Modalities.Series;

/// <summary>
/// Ridge regression of one window's channels on its covariates. Legend: <c>K</c> covariates that vary, <c>T</c> history steps, <c>H</c> future steps, <c>F</c> blocks.
/// </summary>
/// <remarks>
/// Covariates are z-scored over the history, a missing one counts as its mean. The history is cut into F = 5 stretches; slopes come from movements within stretches (each stretch's means taken off), so
/// that slow drifts that happen to run together do not count. The penalty is the one under which slopes fitted without a stretch explain that stretch best; if that is none, slopes are 0.
/// </remarks>
internal sealed class CovariateRegression
{
    private const int Blocks = 5;

    // Relative to the number of steps: from next to nothing to slopes a hundredth of what least squares gives.
    private static readonly double[] s_penalties = [1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100];

    private readonly double[] _scored;
    private readonly int _count;
    private readonly int _history;
    private readonly int _steps;

    /// <summary>Scales a window's covariates.</summary>
    /// <param name="covariates">[covariates, T + H], NaN where one is missing.</param>
    /// <param name="count">Number of covariates.</param>
    /// <param name="history">T.</param>
    internal CovariateRegression(ReadOnlySpan<float> covariates, int count, int history)
    {
        _history = history;
        _steps = covariates.Length / count;
        var scored = new List<double>(covariates.Length);
        for (var covariate = 0; covariate < count; covariate++)
        {
            AddScored(scored, covariates.Slice(covariate * _steps, _steps), history);
        }

        _scored = [.. scored];
        _count = _scored.Length / _steps;
    }

    /// <summary>Takes what a channel owes to the covariates off its history.</summary>
    /// <param name="values">[T], NaN where missing; becomes the residuals.</param>
    /// <param name="effects">[H]: receives what the future covariates imply, to be added to a forecast of the residuals.</param>
    internal void TakeOff(Span<float> values, Span<float> effects)
    {
        effects.Clear();
        if (_count == 0 || Slopes(values) is not { } slopes)
        {
            return;
        }

        for (var step = 0; step < _steps; step++)
        {
            var effect = 0.0;
            for (var covariate = 0; covariate < _count; covariate++)
            {
                effect += slopes[covariate] * _scored[(covariate * _steps) + step];
            }

            if (step < _history)
            {
                values[step] -= (float)effect;
            }
            else
            {
                effects[step - _history] = (float)effect;
            }
        }
    }

    /// <summary>Slopes of a channel on each covariate; null when none explains anything.</summary>
    private double[]? Slopes(ReadOnlySpan<float> values)
    {
        var blocks = new Sums[Blocks];
        var total = new Sums(_count);
        for (var block = 0; block < Blocks; block++)
        {
            var (from, to) = (_history * block / Blocks, _history * (block + 1) / Blocks);
            blocks[block] = Within(values, from, to);
            total.Add(blocks[block], 1);
        }

        if (total.Rows <= _count + Blocks)
        {
            return null;
        }

        var (best, least) = (double.NaN, total.Squares * (1 - 1e-9));
        foreach (var penalty in s_penalties)
        {
            var error = blocks.Sum(block => block.ErrorOf(total.Without(block).Solve(penalty)));
            if (error < least)
            {
                (best, least) = (penalty, error);
            }
        }

        return double.IsNaN(best) ? null : total.Solve(best);
    }

    private Sums Within(ReadOnlySpan<float> values, int from, int to)
    {
        var sums = new Sums(_count);
        var means = new double[_count + 1];
        for (var step = from; step < to; step++)
        {
            if (float.IsFinite(values[step]))
            {
                sums.Rows++;
                means[_count] += values[step];
                for (var covariate = 0; covariate < _count; covariate++)
                {
                    means[covariate] += _scored[(covariate * _steps) + step];
                }
            }
        }

        foreach (ref var mean in means.AsSpan())
        {
            mean /= Math.Max(1, sums.Rows);
        }

        var row = new double[_count];
        for (var step = from; step < to; step++)
        {
            if (float.IsFinite(values[step]))
            {
                for (var covariate = 0; covariate < _count; covariate++)
                {
                    row[covariate] = _scored[(covariate * _steps) + step] - means[covariate];
                }

                sums.Add(row, values[step] - means[_count]);
            }
        }

        return sums;
    }

    private static void AddScored(List<double> scored, ReadOnlySpan<float> series, int history)
    {
        var (sum, squares, count) = (0.0, 0.0, 0);
        foreach (var value in series[..history])
        {
            if (float.IsFinite(value))
            {
                sum += value;
                count++;
            }
        }

        var mean = sum / Math.Max(1, count);
        foreach (var value in series[..history])
        {
            squares += float.IsFinite(value) ? (value - mean) * (value - mean) : 0;
        }

        var deviation = Math.Sqrt(squares / Math.Max(1, count));
        if (!(deviation > 1e-6 * Math.Abs(mean)))
        {
            return; // What never moved explains nothing.
        }

        foreach (var value in series)
        {
            scored.Add(float.IsFinite(value) ? (value - mean) / deviation : 0);
        }
    }

    /// <summary>X^T X, X^T y and y^T y of some rows.</summary>
    private sealed class Sums(int count)
    {
        private readonly double[] _gram = new double[count * count];
        private readonly double[] _cross = new double[count];

        public int Rows { get; set; }

        public double Squares { get; private set; }

        public void Add(ReadOnlySpan<double> row, double value)
        {
            Squares += value * value;
            for (var i = 0; i < count; i++)
            {
                _cross[i] += row[i] * value;
                for (var j = 0; j <= i; j++)
                {
                    _gram[(i * count) + j] += row[i] * row[j];
                }
            }
        }

        public void Add(Sums other, int sign)
        {
            Rows += sign * other.Rows;
            Squares += sign * other.Squares;
            for (var i = 0; i < _gram.Length; i++)
            {
                _gram[i] += sign * other._gram[i];
            }

            for (var i = 0; i < count; i++)
            {
                _cross[i] += sign * other._cross[i];
            }
        }

        public Sums Without(Sums other)
        {
            var rest = new Sums(count);
            rest.Add(this, 1);
            rest.Add(other, -1);
            return rest;
        }

        public double[] Solve(double penalty) => RidgeSolver.Solve(_gram, _cross, count, 1, penalty * Math.Max(1, Rows), threads: 1);

        /// <summary>|y - X w|^2 = y^T y - 2 w^T X^T y + w^T X^T X w.</summary>
        public double ErrorOf(double[] slopes)
        {
            var error = Squares;
            for (var i = 0; i < count; i++)
            {
                error += slopes[i] * (slopes[i] * _gram[(i * count) + i] - (2 * _cross[i]));
                for (var j = 0; j < i; j++)
                {
                    error += 2 * slopes[i] * slopes[j] * _gram[(i * count) + j];
                }
            }

            return error;
        }
    }
}
