namespace Pangu.Inference.Tests;

/// <summary>Comparisons of arrays.</summary>
internal static class Compare
{
    internal static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs((double)expected[i] - actual[i]) <= tolerance))
            {
                Assert.Fail($"{what}: number {i} is {actual[i]:G9}, expected {expected[i]:G9}, tolerance {tolerance:G3}.");
            }
        }
    }
}
