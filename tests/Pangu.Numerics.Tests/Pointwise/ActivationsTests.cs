using Pangu.Numerics;

namespace Pangu.Numerics.Tests.Pointwise;

[Trait("Category", "Kernel")]
public sealed class ActivationsTests
{
    private delegate void Kernel(Span<float> numbers);

    public static TheoryData<string> Names => ["gelu", "gelu-tanh", "silu", "relu", "relu-squared"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Apply_EveryLengthAndOffset_EqualsTheReference(string name)
    {
        var (kernel, reference) = Of(name);
        foreach (var length in Numbers.Lengths)
        {
            var numbers = Numbers.Gaussian(length, deviation: 3);
            var memory = Numbers.Offset(numbers, (length % 7) + 1);

            kernel(memory.Span);

            for (var i = 0; i < length; i++)
            {
                Numbers.AssertClose(reference(numbers[i]), memory.Span[i], 4e-7 * Math.Max(1, numbers[i] * (double)numbers[i]), $"{name}({numbers[i]}), number {i} of {length}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Apply_SpecialValues_EqualsTheReference(string name)
    {
        var (kernel, reference) = Of(name);
        foreach (var value in Numbers.Special)
        {
            foreach (var count in (int[])[1, 5, 9, 33])
            {
                var numbers = Enumerable.Repeat(value, count).ToArray();
                kernel(numbers);
                Assert.All(numbers, number => Numbers.AssertClose(reference(value), number, 4e-7 * Math.Max(1, Math.Abs((double)value)), $"{name}({value})"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Apply_NaNAmongNumbers_StaysWhereItIs(string name)
    {
        var (kernel, _) = Of(name);
        for (var length = 1; length < 40; length++)
        {
            for (var at = 0; at < length; at++)
            {
                var numbers = Numbers.Gaussian(length);
                numbers[at] = float.NaN;
                kernel(numbers);
                Assert.All(Enumerable.Range(0, length), i => Assert.Equal(i == at, float.IsNaN(numbers[i])));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Apply_AnyLength_GivesANumberTheSameBits(string name)
    {
        // Lanes and tail round alike: what stands beside a number does not matter.
        var (kernel, _) = Of(name);
        var all = Numbers.Gaussian(100, deviation: 2);
        var whole = all.ToArray();
        kernel(whole);
        for (var i = 0; i < all.Length; i++)
        {
            float[] single = [all[i]];
            kernel(single);
            Assert.Equal(BitConverter.SingleToInt32Bits(single[0]), BitConverter.SingleToInt32Bits(whole[i]));
        }
    }

    [Fact]
    public void Erf_DenseGrid_IsWithin5e7()
    {
        for (var x = -6.0; x <= 6; x += 1e-3)
        {
            // 2 gelu(x sqrt 2) / (x sqrt 2) - 1 = erf x
            float[] numbers = [(float)(x * Math.Sqrt(2))];
            var argument = (double)numbers[0];
            Activations.Gelu(numbers);
            Numbers.AssertClose(argument / 2 * (1 + ActivationsReference.Erf(argument / Math.Sqrt(2))), numbers[0], 5e-7 * Math.Max(0.5, Math.Abs(argument)), $"gelu({argument})");
        }
    }

    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(0.5, 0.5204998778130465)]
    [InlineData(1.0, 0.8427007929497149)]
    [InlineData(2.0, 0.9953222650189527)]
    [InlineData(2.5, 0.9995930479825550)]
    [InlineData(3.5, 0.9999992569016276)]
    public void Erf_TabulatedValues_AreMet(double x, double expected)
    {
        // Abramowitz and Stegun, table 7.1, and its continuation to 16 digits.
        Assert.Equal(expected, ActivationsReference.Erf(x), 1e-14);
        Assert.Equal(-expected, ActivationsReference.Erf(-x), 1e-14);
    }

    private static (Kernel Kernel, Func<double, double> Reference) Of(string name) => name switch
    {
        "gelu" => (Activations.Gelu, ActivationsReference.Gelu),
        "gelu-tanh" => (Activations.GeluTanh, ActivationsReference.GeluTanh),
        "silu" => (Activations.Silu, ActivationsReference.Silu),
        "relu" => (Activations.Relu, ActivationsReference.Relu),
        _ => (Activations.ReluSquared, ActivationsReference.ReluSquared),
    };
}
