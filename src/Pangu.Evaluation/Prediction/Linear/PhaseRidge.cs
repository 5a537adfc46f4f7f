namespace Pangu.Evaluation.Prediction.Linear;

/// <summary>
/// Ridge with a few inputs a step: the values at the step's phase of the season in each past season, the mean of each past season, and the last season's values.
/// Legend: <c>H</c> horizon, <c>L</c> context, <c>S</c> season, <c>K</c> = L / S seasons.
/// </summary>
internal sealed class PhaseRidge
{
    private readonly LagGram _gram;
    private readonly int _season;
    private readonly int _seasons;
    private readonly int _size;
    private readonly double[] _products;
    private readonly double[] _sums;

    /// <summary>Extends the sums over a window's values by sums with the means of its seasons: [means K, context L, targets H].</summary>
    /// <param name="gram">Sums over training windows; L is a multiple of the season.</param>
    /// <param name="season">S.</param>
    public PhaseRidge(LagGram gram, int season)
    {
        _gram = gram;
        _season = season;
        _seasons = gram.Context / season;
        _size = _seasons + gram.Dimension;
        _products = new double[_size * _size];
        _sums = new double[_size];
        for (var i = 0; i < gram.Dimension; i++)
        {
            _sums[_seasons + i] = gram.Sums[i];
            gram.Products.AsSpan(i * gram.Dimension, gram.Dimension).CopyTo(_products.AsSpan(((_seasons + i) * _size) + _seasons));
        }

        for (var k = 0; k < _seasons; k++)
        {
            for (var phase = 0; phase < season; phase++)
            {
                var row = (k * season) + phase;
                Dense.Add(_products.AsSpan((k * _size) + _seasons, gram.Dimension), gram.Products.AsSpan(row * gram.Dimension, gram.Dimension), 1.0 / season);
                _sums[k] += gram.Sums[row] / season;
            }
        }

        for (var k = 0; k < _seasons; k++)
        {
            for (var i = 0; i < gram.Dimension; i++)
            {
                _products[((_seasons + i) * _size) + k] = _products[(k * _size) + _seasons + i];
            }
        }

        for (var k = 0; k < _seasons; k++)
        {
            for (var other = 0; other < _seasons; other++)
            {
                double sum = 0;
                for (var phase = 0; phase < season; phase++)
                {
                    sum += _products[(k * _size) + _seasons + (other * season) + phase];
                }

                _products[(k * _size) + other] = sum / season;
            }
        }
    }

    /// <summary>Fits every step.</summary>
    /// <param name="strength">Penalty, as a multiple of the mean variance of a step's inputs.</param>
    /// <param name="threads">Most threads.</param>
    public LinearMap Fit(double strength, int threads)
    {
        var (context, horizon) = (_gram.Context, _gram.Horizon);
        var weight = new double[horizon * context];
        for (var phase = 0; phase < Math.Min(_season, horizon); phase++)
        {
            int[] steps = [.. Enumerable.Range(0, horizon).Where(step => step % _season == phase)];
            var inputs = Inputs(phase);
            var solved = Solve(inputs, steps, strength, threads);
            for (var i = 0; i < inputs.Length; i++)
            {
                for (var j = 0; j < steps.Length; j++)
                {
                    Place(weight.AsSpan(steps[j] * context, context), inputs[i], solved[(i * steps.Length) + j]);
                }
            }
        }

        return LinearMap.WithIntercept(_gram, weight);
    }

    private int[] Inputs(int phase)
    {
        var means = Enumerable.Range(0, _seasons);
        var samePhase = Enumerable.Range(0, _seasons).Select(k => _seasons + (k * _season) + phase);
        var last = Enumerable.Range(_seasons + _gram.Context - _season, _season).Where(index => index != _seasons + _gram.Context - _season + phase);
        return [.. means, .. samePhase, .. last];
    }

    private double[] Solve(int[] inputs, int[] steps, double strength, int threads)
    {
        var gram = new double[inputs.Length * inputs.Length];
        var cross = new double[inputs.Length * steps.Length];
        double trace = 0;
        for (var i = 0; i < inputs.Length; i++)
        {
            for (var j = 0; j < inputs.Length; j++)
            {
                gram[(i * inputs.Length) + j] = Centred(inputs[i], inputs[j]);
            }

            trace += gram[(i * inputs.Length) + i];
            for (var j = 0; j < steps.Length; j++)
            {
                cross[(i * steps.Length) + j] = Centred(inputs[i], _seasons + _gram.Context + steps[j]);
            }
        }

        return Numerics.RidgeSolver.Solve(gram, cross, inputs.Length, steps.Length, strength * trace / inputs.Length, threads);
    }

    private double Centred(int i, int j) => _products[(i * _size) + j] - (_sums[i] * _sums[j] / _gram.Count);

    private void Place(Span<double> row, int input, double value)
    {
        if (input >= _seasons)
        {
            row[input - _seasons] += value;
            return;
        }

        foreach (ref var target in row.Slice(input * _season, _season))
        {
            target += value / _season;
        }
    }
}
