using Pangu.Core;

namespace Pangu.Numerics.Tests;

/// <summary>Test input: random numbers, and arrays at odd offsets so that nothing is aligned by luck.</summary>
internal static class Numbers
{
    /// <summary>Every length that a kernel must handle, and some large ones that are no multiple of anything.</summary>
    internal static IEnumerable<int> Lengths => [.. Enumerable.Range(0, 257), 1_003, 4_099, 65_537];

    internal static readonly float[] Special =
    [
        0f, -0f, 1f, -1f, float.Epsilon, -float.Epsilon, 1e-38f, 1e38f, -1e38f, float.MaxValue, float.MinValue, 88.3f, 88.8f, -87.3f, -87.4f, -103f, 104f, 3.999f, 4.001f, -4.001f, 6f, -6f, 1e-4f,
    ];

    internal static float[] Gaussian(int count, ulong seed = 3, double deviation = 1)
    {
        var random = new RandomStream(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(deviation * random.NextGaussian()))];
    }

    /// <summary>A copy that begins at an odd offset of a larger array whose other numbers are NaN: reading beyond the ends shows, and so does writing.</summary>
    internal static Memory<float> Offset(float[] numbers, int offset)
    {
        var room = new float[numbers.Length + offset + 17];
        Array.Fill(room, float.NaN);
        numbers.CopyTo(room, offset);
        return room.AsMemory(offset, numbers.Length);
    }

    internal static double[] Doubles(float[] numbers) => [.. numbers.Select(number => (double)number)];

    internal static void AssertClose(double expected, float actual, double absolute, string what)
    {
        if (double.IsNaN(expected) ? !float.IsNaN(actual) : !(Math.Abs(expected - actual) <= absolute) && (float)expected != actual)
        {
            Assert.Fail($"{what}: expected {expected:G9}, got {actual:G9}, tolerance {absolute:G3}.");
        }
    }
}
