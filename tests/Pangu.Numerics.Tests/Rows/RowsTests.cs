using Pangu.Numerics;

namespace Pangu.Numerics.Tests.Rows;

[Trait("Category", "Kernel")]
public sealed class RowsTests
{
    public static TheoryData<int> Widths => [.. Numbers.Lengths.Where(length => length > 0 && (length < 40 || length % 5 == 3))];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Softmax_AnyWidth_EqualsTheReference(int width)
    {
        var numbers = Numbers.Gaussian(3 * width, deviation: 4);
        var memory = Numbers.Offset(numbers, 3);

        Softmax.Rows(memory.Span, width);

        for (var row = 0; row < 3; row++)
        {
            var expected = Numbers.Doubles(numbers)[(row * width)..((row + 1) * width)];
            RowsReference.Softmax<double>(expected);
            for (var i = 0; i < width; i++)
            {
                // Rounding of x - max is an error of the exponent, so it grows with the distance from the greatest.
                var distance = Math.Abs(Math.Log(expected[i]));
                Numbers.AssertClose(expected[i], memory.Span[(row * width) + i], expected[i] * (6e-7 + (1.2e-7 * distance) + (3e-8 * width)), $"softmax {row}, {i} of {width}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void LogSum_AnyWidth_EqualsTheDefinition(int width)
    {
        var numbers = Numbers.Gaussian(width, deviation: 4);
        var memory = Numbers.Offset(numbers, 3);

        var sum = Softmax.LogSum(memory.Span);

        Assert.Equal(Math.Log(numbers.Sum(number => Math.Exp(number))), sum, 2e-6 + (3e-8 * width));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Maximum_AnyWidthAndPlace_IsExact(int width)
    {
        foreach (var place in (int[])[0, width / 2, width - 1])
        {
            var numbers = Numbers.Gaussian(width);
            numbers[place] = 100;
            Assert.Equal(100, Reductions.Maximum(Numbers.Offset(numbers, 1).Span));
            Assert.Equal(numbers.Select(number => -number).Max(), Reductions.Maximum([.. numbers.Select(number => -number)]));
        }
    }

    [Fact]
    public void Softmax_MaskedAndHugeNumbers_AreExact()
    {
        for (var width = 2; width < 70; width++)
        {
            var numbers = new float[width];
            Array.Fill(numbers, float.NegativeInfinity);
            numbers[width - 1] = 3e38f;
            Softmax.Rows(numbers, width);
            Assert.Equal(1, numbers[width - 1]);
            Assert.All(numbers[..^1], number => Assert.Equal(0, number));
        }
    }

    [Fact]
    public void Softmax_NaNInARow_SpoilsThatRowAlone()
    {
        for (var width = 1; width < 40; width++)
        {
            var numbers = Numbers.Gaussian(2 * width);
            numbers[width / 2] = float.NaN;
            Softmax.Rows(numbers, width);
            Assert.Contains(numbers[..width], float.IsNaN);
            Assert.DoesNotContain(numbers[width..], float.IsNaN);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Norms_AnyWidth_EqualTheReference(int width)
    {
        var numbers = Numbers.Gaussian(2 * width, deviation: 2).Select(number => number + 5).ToArray();
        var (weight, bias) = (Numbers.Gaussian(width, 8), Numbers.Gaussian(width, 9));
        var source = Numbers.Offset(numbers, 1);
        var (layer, unbiased, rms, affine) = (Numbers.Offset(numbers, 3), Numbers.Offset(numbers, 2), Numbers.Offset(numbers, 5), Numbers.Offset(numbers, 4));

        Norms.Layer(source.Span, layer.Span, weight, bias, 1e-3f);
        Norms.Layer(unbiased.Span, unbiased.Span, weight, [], 1e-3f);
        Norms.Rms(source.Span, rms.Span, weight, 1e-3f);
        Norms.Affine(source.Span, affine.Span, weight, bias);

        var (w, b) = (Numbers.Doubles(weight), Numbers.Doubles(bias));
        for (var row = 0; row < 2; row++)
        {
            double[] original = Numbers.Doubles(numbers)[(row * width)..((row + 1) * width)];
            var (expectedLayer, expectedUnbiased, expectedRms) = (original.ToArray(), original.ToArray(), original.ToArray());
            RowsReference.Layer<double>(expectedLayer, w, b, 1e-3);
            RowsReference.Layer<double>(expectedUnbiased, w, [], 1e-3);
            RowsReference.Rms<double>(expectedRms, w, 1e-3);
            for (var i = 0; i < width; i++)
            {
                // One number has no spread: what is left of x - mean is rounding, divided by sqrt(epsilon).
                Numbers.AssertClose(expectedLayer[i], layer.Span[(row * width) + i], 2e-5, $"layer {row}, {i} of {width}");
                Numbers.AssertClose(expectedUnbiased[i], unbiased.Span[(row * width) + i], 2e-5, $"layer without bias {row}, {i} of {width}");
                Numbers.AssertClose(expectedRms[i], rms.Span[(row * width) + i], 5e-6, $"rms {row}, {i} of {width}");
                Numbers.AssertClose((original[i] * w[i]) + b[i], affine.Span[(row * width) + i], 5e-6, $"affine {row}, {i} of {width}");
            }
        }
    }

    [Fact]
    public void Norms_NaNInARow_SpoilsThatRowAlone()
    {
        var numbers = Numbers.Gaussian(3 * 37);
        numbers[37 + 20] = float.NaN;
        var target = new float[numbers.Length];
        var weight = Numbers.Gaussian(37, 4);
        Norms.Layer(numbers, target, weight, [], 1e-5f);
        Assert.All(target[37..74], number => Assert.True(float.IsNaN(number)));
        Assert.DoesNotContain(target[..37].Concat(target[74..]), float.IsNaN);
        Norms.Rms(numbers, target, weight, 1e-5f);
        Assert.All(target[37..74], number => Assert.True(float.IsNaN(number)));
        Assert.DoesNotContain(target[..37].Concat(target[74..]), float.IsNaN);
    }

    [Fact]
    public void Dot_EveryLengthAndOffset_EqualsTheReference()
    {
        foreach (var length in Numbers.Lengths)
        {
            var (x, y) = (Numbers.Gaussian(length, 1), Numbers.Gaussian(length, 2));
            var expected = RowsReference.Dot<double>(Numbers.Doubles(x), Numbers.Doubles(y));
            Numbers.AssertClose(expected, Reductions.Dot(Numbers.Offset(x, 1).Span, Numbers.Offset(y, 3).Span), 1e-6 * (1 + length), $"dot of {length}");
        }
    }

    [Fact]
    public void Rows_BrokenShape_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => Softmax.Rows(new float[7], 3));
        Assert.Throws<ArgumentException>(() => Norms.Layer(new float[6], new float[6], new float[3], new float[2], 1e-5f));
        Assert.Throws<ArgumentException>(() => Norms.Rms(new float[6], new float[3], new float[3], 1e-5f));
    }
}
