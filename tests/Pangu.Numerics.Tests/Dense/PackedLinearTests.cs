using Pangu.Numerics;

namespace Pangu.Numerics.Tests.Dense;

[Trait("Category", "Kernel")]
public sealed class PackedLinearTests
{
    [Fact]
    public void Multiply_EveryNumberOfOutputs_EqualsTheReference()
    {
        for (var outputs = 1; outputs <= 100; outputs++)
        {
            Check(rows: 1 + (outputs % 15), outputs, inputs: 1 + (outputs % 19), bias: outputs % 2 == 0);
        }
    }

    [Fact]
    public void Multiply_EveryNumberOfInputs_EqualsTheReference()
    {
        for (var inputs = 1; inputs <= 256; inputs++)
        {
            Check(rows: 1 + (inputs % 5), outputs: 17 + (inputs % 3), inputs, bias: inputs % 2 == 0);
        }
    }

    [Fact]
    public void Multiply_EveryNumberOfRows_EqualsTheReference()
    {
        for (var rows = 0; rows <= 60; rows++)
        {
            Check(rows, outputs: 33 + (rows % 31), inputs: 8, bias: true);
        }
    }

    [Theory]
    [InlineData(38, 192, 64)]
    [InlineData(7, 96, 2_049)]
    [InlineData(301, 259, 513)]
    [InlineData(1, 720, 1_000)]
    public void Multiply_LargeSizes_EqualsTheReference(int rows, int outputs, int inputs) => Check(rows, outputs, inputs, bias: true);

    [Fact]
    public void Multiply_RowsApart_TouchesOnlyItsOutputs()
    {
        var (weights, bias, x) = (Numbers.Gaussian(21 * 6, 1), Numbers.Gaussian(21, 2), Numbers.Gaussian(100, 3));
        var layer = new PackedLinear(weights, bias, 21, 6);
        var y = new float[14 * 25];
        Array.Fill(y, 7);

        // Rows at distance 3 overlap, as patches of a series do.
        layer.Multiply(x, 3, y, 25, 14, add: false);

        for (var row = 0; row < 14; row++)
        {
            for (var output = 0; output < 25; output++)
            {
                var expected = output >= 21 ? 7 : bias[output] + (double)Enumerable.Range(0, 6).Sum(i => (double)x[(row * 3) + i] * weights[(output * 6) + i]);
                Numbers.AssertClose(expected, y[(row * 25) + output], 1e-5, $"row {row}, output {output}");
            }
        }
    }

    [Fact]
    public void MultiplyAdd_OnTopOfNumbers_AddsToThem()
    {
        var (weights, bias, x, start) = (Numbers.Gaussian(50 * 300, 1), Numbers.Gaussian(50, 2), Numbers.Gaussian(13 * 300, 3), Numbers.Gaussian(13 * 50, 4));
        var layer = new PackedLinear(weights, bias, 50, 300);
        var (sum, product) = (start.ToArray(), new float[start.Length]);

        layer.MultiplyAdd(x, sum, 13);
        layer.Multiply(x, product, 13);

        Assert.All(Enumerable.Range(0, sum.Length), i => Numbers.AssertClose(start[i] + (double)product[i], sum[i], 1e-4, $"number {i}"));
    }

    [Fact]
    public void Multiply_AnyNumberOfRows_GivesARowTheSameBits()
    {
        var layer = new PackedLinear(Numbers.Gaussian(70 * 600, 1), Numbers.Gaussian(70, 2), 70, 600);
        var x = Numbers.Gaussian(29 * 600, 3);
        var whole = new float[29 * 70];
        layer.Multiply(x, whole, 29);
        for (var row = 0; row < 29; row++)
        {
            var single = new float[70];
            layer.Multiply(x.AsSpan(row * 600, 600), single, 1);
            Assert.Equal(single, whole[(row * 70)..((row + 1) * 70)]);
        }
    }

    [Fact]
    public void Multiply_OneRow_EqualsTheReferenceAndTheBitsOfManyRows()
    {
        for (var outputs = 1; outputs <= 300; outputs += outputs < 70 ? 1 : 23)
        {
            Check(rows: 1, outputs, inputs: 1 + (outputs * 7 % 300), bias: outputs % 2 == 0);
        }

        foreach (var outputs in (int[])[32, 64, 96, 128, 160, 224, 289])
        {
            foreach (var add in (bool[])[false, true])
            {
                var layer = new PackedLinear(Numbers.Gaussian(outputs * 300, 1), outputs % 64 == 0 ? [] : Numbers.Gaussian(outputs, 2), outputs, 300);
                var (x, start) = (Numbers.Gaussian(7 * 300, 3), Numbers.Gaussian(7 * outputs, 4));
                float[] whole = [.. start];
                layer.Multiply(x, 300, whole, outputs, 7, add);
                for (var row = 0; row < 7; row++)
                {
                    var single = Numbers.Offset(start[(row * outputs)..((row + 1) * outputs)], 3);
                    layer.Multiply(x.AsSpan(row * 300, 300), 300, single.Span, outputs, 1, add);
                    Assert.Equal(whole[(row * outputs)..((row + 1) * outputs)], single.ToArray());
                }
            }
        }
    }

    [Theory]
    [InlineData(1, 1_000, 700)]
    [InlineData(1, 33, 9_000)]
    [InlineData(1, 390, 128)]
    [InlineData(1, 128, 512)]
    [InlineData(37, 259, 513)]
    public void Multiply_SharedAmongThreads_GivesTheSameBits(int rows, int outputs, int inputs)
    {
        using var pool = new WorkerPool(3);
        using var crew = new CloseCrew(3);
        var layer = new PackedLinear(Numbers.Gaussian(outputs * inputs, 1), Numbers.Gaussian(outputs, 2), outputs, inputs);
        var x = Numbers.Gaussian(rows * inputs, 3);
        var (alone, shared) = (new float[rows * outputs], new float[rows * outputs]);
        var sharing = new LinearSharing(pool, crew) { Close = true };
        layer.Multiply(x, inputs, alone, outputs, rows, add: false);
        for (var round = 0; round < 20; round++)
        {
            layer.Multiply(x, inputs, shared, outputs, rows, add: false, sharing);
            Assert.Equal(alone, shared);
            shared.AsSpan().Clear();
        }
    }

    [Fact]
    public void Multiply_NaNInARow_SpoilsThatRowAlone()
    {
        var layer = new PackedLinear(Numbers.Gaussian(18 * 10, 1), [], 18, 10);
        var x = Numbers.Gaussian(15 * 10, 3);
        x[(4 * 10) + 3] = float.NaN;
        x[(8 * 10) + 1] = float.PositiveInfinity;
        var y = new float[15 * 18];
        layer.Multiply(x, y, 15);
        for (var row = 0; row < 15; row++)
        {
            Assert.All(y[(row * 18)..((row + 1) * 18)], number => Assert.Equal(row is not (4 or 8), float.IsFinite(number)));
        }
    }

    [Fact]
    public void Multiply_SizesThatDoNotFit_AreRefused()
    {
        var layer = new PackedLinear(new float[6], [], 2, 3);
        Assert.Throws<ArgumentException>(() => layer.Multiply(new float[5], new float[4], 2));
        Assert.Throws<ArgumentException>(() => layer.Multiply(new float[6], new float[3], 2));
        Assert.Throws<ArgumentException>(() => new PackedLinear(new float[6], new float[3], 2, 3));
        Assert.Throws<ArgumentException>(() => new PackedLinear(new float[5], [], 2, 3));
    }

    private static void Check(int rows, int outputs, int inputs, bool bias)
    {
        var weights = Numbers.Gaussian(outputs * inputs, 1);
        var biases = bias ? Numbers.Gaussian(outputs, 2) : [];
        var x = Numbers.Gaussian(rows * inputs, 3);
        var y = Numbers.Offset(new float[rows * outputs], 3);

        new PackedLinear(weights, biases, outputs, inputs).Multiply(Numbers.Offset(x, 1).Span, y.Span, rows);

        var expected = new double[rows * outputs];
        DenseReference.Multiply<double>(Numbers.Doubles(x), Numbers.Doubles(weights), Numbers.Doubles(biases), expected, inputs);
        for (var i = 0; i < expected.Length; i++)
        {
            Numbers.AssertClose(expected[i], y.Span[i], 2e-6 * Math.Max(8, inputs), $"number {i} of {rows} x {outputs} over {inputs}");
        }
    }
}
