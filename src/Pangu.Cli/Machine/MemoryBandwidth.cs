using System.Numerics;
using System.Runtime.InteropServices;

namespace Pangu.Cli.Machine;

/// <summary>Measures how fast this machine reads memory: all threads sum arrays that fit no cache.</summary>
internal static class MemoryBandwidth
{
    private const int BytesPerThread = 64 << 20;
    private const int Rounds = 3;

    /// <summary>Measures; takes some tenths of a second.</summary>
    /// <param name="threads">Threads to read with.</param>
    /// <param name="time">The clock.</param>
    /// <returns>Bytes a second of the best round.</returns>
    public static double Measure(int threads, TimeProvider time)
    {
        var arrays = new float[threads][];
        InParallel(threads, thread =>
        {
            arrays[thread] = new float[BytesPerThread / sizeof(float)];
            arrays[thread].AsSpan().Fill(1);
        });
        var best = 0.0;
        for (var round = 0; round < Rounds; round++)
        {
            var sums = new float[threads];
            var began = time.GetTimestamp();
            InParallel(threads, thread => sums[thread] = Sum(arrays[thread]));
            var seconds = time.GetElapsedTime(began).TotalSeconds;
            // The sums are used, so that no compiler may leave the reading out.
            best = sums.All(sum => sum > 0) ? Math.Max(best, (double)threads * BytesPerThread / seconds) : best;
        }

        return best;
    }

    private static float Sum(float[] values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        Vector<float> first = default, second = default, third = default, fourth = default;
        for (var i = 0; i + 4 <= vectors.Length; i += 4)
        {
            first += vectors[i];
            second += vectors[i + 1];
            third += vectors[i + 2];
            fourth += vectors[i + 3];
        }

        return Vector.Sum(first + second + third + fourth);
    }

    private static void InParallel(int threads, Action<int> work)
    {
        var others = Enumerable.Range(1, threads - 1).Select(thread => new Thread(() => work(thread))).ToList();
        others.ForEach(thread => thread.Start());
        work(0);
        others.ForEach(thread => thread.Join());
    }
}
