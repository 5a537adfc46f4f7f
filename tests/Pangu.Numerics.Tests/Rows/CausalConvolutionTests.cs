namespace Pangu.Numerics.Tests.Rows;

[Trait("Category", "Kernel")]
public sealed class CausalConvolutionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    public void Run_AnyWidthAndPieces_EqualsTheDefinition(int length)
    {
        foreach (var width in (int[])[1, 3, 8, 17, 31, 32, 100, 128])
        {
            foreach (var pieces in (int[][])[[20], [1, 1, 1, 1, 1, 1, 1, 1], [3, 1, 9, 2, 6]])
            {
                Check(length, width, pieces);
            }
        }
    }

    [Fact]
    public void Run_WithoutPast_CountsItAsZeros()
    {
        var (x, kernel) = (Numbers.Gaussian(9 * 20, 1), Numbers.Gaussian(4 * 20, 2));
        var zeros = x.ToArray();
        CausalConvolution.Run(x, kernel, [], 20);
        CausalConvolution.Run(zeros, kernel, new float[3 * 20], 20);
        Assert.Equal(zeros, x);
    }

    [Fact]
    public void Run_SizesThatDoNotFit_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => CausalConvolution.Run(new float[7], new float[4], [], 2));
        Assert.Throws<ArgumentException>(() => CausalConvolution.Run(new float[8], new float[5], [], 2));
        Assert.Throws<ArgumentException>(() => CausalConvolution.Run(new float[8], new float[6], new float[2], 2));
    }

    private static void Check(int length, int width, int[] pieces)
    {
        var tokens = pieces.Sum();
        var (x, kernel) = (Numbers.Gaussian(tokens * width, 1), Numbers.Gaussian(length * width, 2));
        var past = new float[(length - 1) * width];
        var done = 0;
        foreach (var piece in pieces)
        {
            var memory = Numbers.Offset(x[(done * width)..((done + piece) * width)], 3);
            var before = past.ToArray();
            CausalConvolution.Keep(memory.Span, past);
            CausalConvolution.Run(memory.Span, Numbers.Offset(kernel, 1).Span, before, width);
            for (var i = 0; i < piece * width; i++)
            {
                var (token, place) = (done + (i / width), i % width);
                var expected = x[(token * width) + place] + Enumerable.Range(0, Math.Min(length, token + 1)).Sum(j => (double)kernel[(j * width) + place] * x[((token - j) * width) + place]);
                Numbers.AssertClose(expected, memory.Span[i], 3e-6, $"length {length}, width {width}, token {token}, number {place}");
            }

            done += piece;
        }
    }
}
