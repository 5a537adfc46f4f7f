namespace Pangu.Training.Tests;

/// <summary>Muon as it is written down, in double: what the stacked one must equal.</summary>
internal static class MuonReference
{
    public static void Step(double[] weight, double[] momentum, float[] gradient, int rows, int columns, MuonOptions options, double share)
    {
        var rate = share * options.LearningRate;
        var direction = new double[weight.Length];
        for (var i = 0; i < weight.Length; i++)
        {
            momentum[i] = (options.Momentum * momentum[i]) + gradient[i];
            direction[i] = options.Nesterov ? gradient[i] + (options.Momentum * momentum[i]) : momentum[i];
        }

        var isTall = rows > columns;
        var x = isTall ? Transpose(direction, rows, columns) : direction;
        var (r, c) = isTall ? (columns, rows) : (rows, columns);
        var norm = Math.Sqrt(x.Sum(value => value * value));
        x = [.. x.Select(value => value / (norm + options.Orthogonalisation.Epsilon))];
        var (a, b, cubic) = (options.Orthogonalisation.A, options.Orthogonalisation.B, options.Orthogonalisation.C);
        for (var iteration = 0; iteration < options.Orthogonalisation.Iterations; iteration++)
        {
            var s = Product(x, Transpose(x, r, c), r, c, r);
            var squared = Product(s, s, r, r, r);
            var factor = s.Zip(squared, (first, second) => (b * first) + (cubic * second)).ToArray();
            var moved = Product(factor, x, r, r, c);
            x = [.. x.Zip(moved, (old, add) => (a * old) + add)];
        }

        var step = isTall ? Transpose(x, r, c) : x;
        var scale = Math.Sqrt(Math.Max(1, (double)rows / columns));
        for (var i = 0; i < weight.Length; i++)
        {
            weight[i] = (weight[i] * (1 - (rate * options.WeightDecay))) - (rate * scale * step[i]);
        }
    }

    private static double[] Transpose(double[] matrix, int rows, int columns)
    {
        var result = new double[matrix.Length];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                result[(j * rows) + i] = matrix[(i * columns) + j];
            }
        }

        return result;
    }

    private static double[] Product(double[] left, double[] right, int rows, int inner, int columns)
    {
        var result = new double[rows * columns];
        for (var i = 0; i < rows; i++)
        {
            for (var k = 0; k < inner; k++)
            {
                for (var j = 0; j < columns; j++)
                {
                    result[(i * columns) + j] += left[(i * inner) + k] * right[(k * columns) + j];
                }
            }
        }

        return result;
    }
}
