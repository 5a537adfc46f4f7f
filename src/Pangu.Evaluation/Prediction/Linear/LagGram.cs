using Pangu.Modalities.Series;

namespace Pangu.Evaluation.Prediction.Linear;

/// <summary>Sums of products over all windows of a series: everything that least squares on lagged values needs. Legend: <c>L</c> context, <c>H</c> horizon, <c>D</c> = L + H.</summary>
/// <remarks>
/// products[i, j] = sum over windows m of z[m + i] z[m + j]. Rows differ from one another only at the ends of the series:
/// products[i + 1, j + 1] = products[i, j] - z[i] z[j] + z[M + i] z[M + j], so one row of sums and D^2 updates give all of it, in double precision.
/// </remarks>
internal sealed class LagGram
{
    public LagGram(int context, int horizon)
    {
        Context = context;
        Horizon = horizon;
        Products = new double[Dimension * Dimension];
        Sums = new double[Dimension];
    }

    public int Context { get; }

    public int Horizon { get; }

    public int Dimension => Context + Horizon;

    /// <summary>[D, D], symmetric: the context's steps first, then the targets'.</summary>
    public double[] Products { get; }

    /// <summary>[D].</summary>
    public double[] Sums { get; }

    /// <summary>Windows summed.</summary>
    public double Count { get; private set; }

    public double this[int row, int column] => Products[(row * Dimension) + column];

    /// <summary>Sums over every window whose targets lie in a range and whose context lies in the series.</summary>
    /// <param name="filled">The series without gaps.</param>
    /// <param name="range">Rows of the targets.</param>
    /// <param name="context">L.</param>
    /// <param name="horizon">H.</param>
    public static LagGram Of(ReadOnlySpan<float> filled, RowRange range, int context, int horizon)
    {
        var gram = new LagGram(context, horizon);
        var first = Math.Max(range.Start, context);
        var windows = range.End - horizon - first + 1;
        if (windows < 1)
        {
            return gram;
        }

        var dimension = gram.Dimension;
        var z = new double[windows + dimension - 1];
        for (var i = 0; i < z.Length; i++)
        {
            z[i] = filled[first - context + i];
        }

        gram.Count = windows;
        for (var lag = 0; lag < dimension; lag++)
        {
            double product = Dense.Dot(z.AsSpan(0, windows), z.AsSpan(lag, windows));
            for (int i = 0, j = lag; j < dimension; i++, j++)
            {
                gram.Products[(i * dimension) + j] = product;
                gram.Products[(j * dimension) + i] = product;
                product += j + 1 < dimension ? (z[windows + i] * z[windows + j]) - (z[i] * z[j]) : 0;
            }
        }

        double sum = 0;
        for (var m = 0; m < windows; m++)
        {
            sum += z[m];
        }

        for (var i = 0; i < dimension; i++)
        {
            gram.Sums[i] = sum;
            sum += i + 1 < dimension ? z[windows + i] - z[i] : 0;
        }

        return gram;
    }

    /// <summary>Adds another sum of the same shape.</summary>
    public void Add(LagGram other)
    {
        for (var i = 0; i < Products.Length; i++)
        {
            Products[i] += other.Products[i];
        }

        for (var i = 0; i < Sums.Length; i++)
        {
            Sums[i] += other.Sums[i];
        }

        Count += other.Count;
    }

    /// <summary>The sums of windows from which a weighted mean of their context was subtracted, context and targets alike.</summary>
    /// <param name="anchor">[L]: weights of the mean; they add up to 1.</param>
    public LagGram RelativeTo(ReadOnlySpan<double> anchor)
    {
        var moved = new LagGram(Context, Horizon) { Count = Count };
        var mixed = new double[Dimension];
        double mixedSum = 0;
        for (var i = 0; i < Context; i++)
        {
            if (anchor[i] != 0)
            {
                mixedSum += anchor[i] * Sums[i];
                for (var j = 0; j < Dimension; j++)
                {
                    mixed[j] += anchor[i] * this[i, j];
                }
            }
        }

        var square = Dense.Dot(anchor, mixed.AsSpan(0, Context));
        for (var i = 0; i < Dimension; i++)
        {
            moved.Sums[i] = Sums[i] - mixedSum;
            for (var j = 0; j < Dimension; j++)
            {
                moved.Products[(i * Dimension) + j] = this[i, j] - mixed[i] - mixed[j] + square;
            }
        }

        return moved;
    }

    /// <summary>Mean squared error that a linear map would have on these windows.</summary>
    /// <param name="weight">[H, L].</param>
    /// <param name="bias">[H].</param>
    public double MeanSquaredError(double[] weight, double[] bias)
    {
        var product = Dense.TimesSymmetric(weight, Horizon, Products, Context, Dimension);
        double total = 0;
        for (var h = 0; h < Horizon; h++)
        {
            var w = weight.AsSpan(h * Context, Context);
            var target = Context + h;
            total += this[target, target] - (2 * Dense.Dot(w, Products.AsSpan(target * Dimension, Context))) + Dense.Dot(w, product.AsSpan(h * Context, Context));
            total += (2 * bias[h] * (Dense.Dot(w, Sums.AsSpan(0, Context)) - Sums[target])) + (Count * bias[h] * bias[h]);
        }

        return total / (Count * Horizon);
    }
}
