using Pangu.Numerics;

namespace Pangu.Numerics.Tests.Pointwise;

[Trait("Category", "Kernel")]
public sealed class ElementwiseTests
{
    [Fact]
    public void All_EveryLengthAndOffset_EqualTheDefinition()
    {
        foreach (var length in Numbers.Lengths)
        {
            var x = Numbers.Gaussian(length, 5);
            var y = Numbers.Gaussian(length, 6);
            var source = Numbers.Offset(x, (length % 5) + 1);
            var (scaled, added, multiplied, greatest) = (Numbers.Offset(y, 3), Numbers.Offset(y, 1), Numbers.Offset(y, 2), Numbers.Offset(y, 7));

            Elementwise.AddScaled(source.Span, 1.7f, scaled.Span);
            Elementwise.Add(source.Span, added.Span);
            Elementwise.Multiply(source.Span, multiplied.Span);
            Elementwise.Maximum(source.Span, greatest.Span);

            for (var i = 0; i < length; i++)
            {
                Numbers.AssertClose(y[i] + (1.7f * (double)x[i]), scaled.Span[i], 1e-6, $"axpy {i} of {length}");
                Assert.Equal(x[i] + y[i], added.Span[i]);
                Assert.Equal(x[i] * y[i], multiplied.Span[i]);
                Assert.Equal(Math.Max(x[i], y[i]), greatest.Span[i]);
            }
        }
    }

    [Fact]
    public void Add_UnequalLengths_IsRefused() => Assert.Throws<ArgumentException>(() => Elementwise.Add(new float[3], new float[4]));
}
