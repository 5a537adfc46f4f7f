using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pangu.Tensors.ShortRows;

/// <summary>
/// Softmax attention over short rows, forward and backward, one row after another with everything in the first-level cache. It reads queries, keys and values where the
/// projection left them and writes the result where the next projection wants it, so nothing is copied into heads and back.
/// </summary>
/// <remarks>
/// Lanes: scores run over positions (keys and values are transposed into E x P scratch, padded with zeros to whole vectors), everything else over the width of a
/// head, which must be whole vectors. Padding never contributes: its probability is set to 0. Rows are independent of each other, so the result does not depend on the number of threads. A row must
/// have a finite score; NaN spreads over its row. Error: that of float32 sums of T and E terms, as libtorch's. The reference is the plain route of batched products (Operators), compared in the tests.
/// </remarks>
internal static unsafe class AttentionKernel
{
    private static int Lanes => Vector<float>.Count;

    /// <summary>Fills output and probabilities.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void Forward(long begin, long end, void* context)
    {
        ref readonly var task = ref *(AttentionTask*)context;
        var keys = (float*)NativeMemory.AlignedAlloc((nuint)(task.HeadWidth * task.PaddedPositions * sizeof(float)), 64);
        var repeats = task.Heads / task.KeyValueHeads;
        for (var row = begin; row < end; row++)
        {
            for (var head = 0; head < task.Heads; head++)
            {
                if (head % repeats == 0)
                {
                    Transpose(task, task.KeyAt(task.Key, task.KeyStride, row, head / repeats), task.KeyStride, keys);
                }

                var value = task.KeyAt(task.Value, task.ValueStride, row, head / repeats);
                for (var position = 0; position < task.Wanted; position++)
                {
                    var probabilities = task.ProbabilitiesAt(row, head, position);
                    Products(task, task.QueryAt(task.Query, row, head, position), keys, probabilities);
                    Softmax(task, probabilities, position);
                    WeightedSum(task, probabilities, value, task.ValueStride, task.OutputAt(task.Output, row, head, position));
                }
            }
        }

        NativeMemory.AlignedFree(keys);
    }

    /// <summary>Fills the gradients of query, key and value.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void Backward(long begin, long end, void* context)
    {
        ref readonly var task = ref *(AttentionTask*)context;
        var transposedSize = task.HeadWidth * task.PaddedPositions;
        var scratch = (float*)NativeMemory.AlignedAlloc((nuint)(((3 * transposedSize) + task.PaddedPositions) * sizeof(float)), 64);
        var values = scratch;
        var keyGradient = scratch + transposedSize;
        var valueGradient = scratch + (2 * transposedSize);
        var scoreGradient = scratch + (3 * transposedSize);
        var repeats = task.Heads / task.KeyValueHeads;
        for (var row = begin; row < end; row++)
        {
            for (var head = 0; head < task.Heads; head++)
            {
                var group = head / repeats;
                if (head % repeats == 0)
                {
                    Transpose(task, task.KeyAt(task.Value, task.ValueStride, row, group), task.ValueStride, values);
                    new Span<float>(keyGradient, 2 * transposedSize).Clear();
                }

                var key = task.KeyAt(task.Key, task.KeyStride, row, group);
                for (var position = 0; position < task.Wanted; position++)
                {
                    var probabilities = task.ProbabilitiesAt(row, head, position);
                    var outputGradient = task.OutputAt(task.OutputGradient, row, head, position);
                    Products(task, outputGradient, values, scoreGradient);
                    SoftmaxGradient(task, probabilities, scoreGradient);
                    WeightedSum(task, scoreGradient, key, task.KeyStride, task.QueryAt(task.QueryGradient, row, head, position));
                    AddOuterProducts(task, scoreGradient, task.QueryAt(task.Query, row, head, position), keyGradient);
                    AddOuterProducts(task, probabilities, outputGradient, valueGradient);
                }

                if (head % repeats == repeats - 1)
                {
                    CopyOut(task, keyGradient, task.KeyAt(task.KeyGradient, task.KeyStride, row, group), task.KeyStride);
                    CopyOut(task, valueGradient, task.KeyAt(task.ValueGradient, task.ValueStride, row, group), task.ValueStride);
                }
            }
        }

        NativeMemory.AlignedFree(scratch);
    }

    /// <summary>T positions of E numbers to E rows of P, zeros behind T.</summary>
    private static void Transpose(in AttentionTask task, float* source, int stride, float* target)
    {
        new Span<float>(target, task.HeadWidth * task.PaddedPositions).Clear();
        for (var position = 0; position < task.Positions; position++)
        {
            for (var e = 0; e < task.HeadWidth; e++)
            {
                target[(e * task.PaddedPositions) + position] = source[(position * stride) + e];
            }
        }
    }

    /// <summary>result[j] = sum over e of left[e] * right[e, j], four vectors of j at a time so that their sums run side by side.</summary>
    private static void Products(in AttentionTask task, float* left, float* right, float* result)
    {
        var (padded, width) = (task.PaddedPositions, task.HeadWidth);
        var j = 0;
        for (; j + (4 * Lanes) <= padded; j += 4 * Lanes)
        {
            Vector<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (var e = 0; e < width; e++)
            {
                var factor = new Vector<float>(left[e]);
                var column = right + (e * padded) + j;
                sum0 = Vector.FusedMultiplyAdd(factor, Vector.Load(column), sum0);
                sum1 = Vector.FusedMultiplyAdd(factor, Vector.Load(column + Lanes), sum1);
                sum2 = Vector.FusedMultiplyAdd(factor, Vector.Load(column + (2 * Lanes)), sum2);
                sum3 = Vector.FusedMultiplyAdd(factor, Vector.Load(column + (3 * Lanes)), sum3);
            }

            sum0.Store(result + j);
            sum1.Store(result + j + Lanes);
            sum2.Store(result + j + (2 * Lanes));
            sum3.Store(result + j + (3 * Lanes));
        }

        for (; j < padded; j += Lanes)
        {
            Vector<float> sum = default;
            for (var e = 0; e < width; e++)
            {
                sum = Vector.FusedMultiplyAdd(new Vector<float>(left[e]), Vector.Load(right + (e * padded) + j), sum);
            }

            sum.Store(result + j);
        }
    }

    private static void Softmax(in AttentionTask task, float* scores, int position)
    {
        var (first, last) = (0, task.Positions - 1);
        if (task.Window > 0)
        {
            last = task.Positions - task.Wanted + position;
            first = Math.Max(0, last - task.Window + 1);
        }

        new Span<float>(scores, first).Fill(float.NegativeInfinity);
        new Span<float>(scores + last + 1, task.PaddedPositions - last - 1).Fill(float.NegativeInfinity);
        var maxima = Vector.Load(scores);
        for (var j = Lanes; j < task.PaddedPositions; j += Lanes)
        {
            maxima = Vector.Max(maxima, Vector.Load(scores + j));
        }

        var maximum = maxima[0];
        for (var lane = 1; lane < Lanes; lane++)
        {
            maximum = MathF.Max(maximum, maxima[lane]);
        }

        var sums = Vector<float>.Zero;
        for (var j = 0; j < task.PaddedPositions; j += Lanes)
        {
            var exponential = Vector.Exp(Vector.Load(scores + j) - new Vector<float>(maximum));
            exponential.Store(scores + j);
            sums += exponential;
        }

        var factor = new Vector<float>(1 / Vector.Sum(sums));
        for (var j = 0; j < task.PaddedPositions; j += Lanes)
        {
            (Vector.Load(scores + j) * factor).Store(scores + j);
        }
    }

    /// <summary>gradient[j] = p[j] (gradient[j] - sum over i of p[i] gradient[i]).</summary>
    private static void SoftmaxGradient(in AttentionTask task, float* probabilities, float* gradient)
    {
        var sums = Vector<float>.Zero;
        for (var j = 0; j < task.PaddedPositions; j += Lanes)
        {
            sums = Vector.FusedMultiplyAdd(Vector.Load(probabilities + j), Vector.Load(gradient + j), sums);
        }

        var mean = new Vector<float>(Vector.Sum(sums));
        for (var j = 0; j < task.PaddedPositions; j += Lanes)
        {
            (Vector.Load(probabilities + j) * (Vector.Load(gradient + j) - mean)).Store(gradient + j);
        }
    }

    /// <summary>target[e] = sum over j of weights[j] * rows[j, e]; even and odd positions in sums of their own.</summary>
    private static void WeightedSum(in AttentionTask task, float* weights, float* rows, int stride, float* target)
    {
        for (var e = 0; e < task.HeadWidth; e += Lanes)
        {
            Vector<float> even = default, odd = default;
            var j = 0;
            for (; j + 1 < task.Positions; j += 2)
            {
                even = Vector.FusedMultiplyAdd(new Vector<float>(weights[j]), Vector.Load(rows + (j * stride) + e), even);
                odd = Vector.FusedMultiplyAdd(new Vector<float>(weights[j + 1]), Vector.Load(rows + ((j + 1) * stride) + e), odd);
            }

            if (j < task.Positions)
            {
                even = Vector.FusedMultiplyAdd(new Vector<float>(weights[j]), Vector.Load(rows + (j * stride) + e), even);
            }

            (even + odd).Store(target + e);
        }
    }

    /// <summary>target[j, e] += left[j] * right[e].</summary>
    private static void AddOuterProducts(in AttentionTask task, float* left, float* right, float* target)
    {
        for (var e = 0; e < task.HeadWidth; e += Lanes)
        {
            var factor = Vector.Load(right + e);
            for (var j = 0; j < task.Positions; j++)
            {
                var at = target + (j * task.HeadWidth) + e;
                Vector.FusedMultiplyAdd(new Vector<float>(left[j]), factor, Vector.Load(at)).Store(at);
            }
        }
    }

    private static void CopyOut(in AttentionTask task, float* source, float* target, int stride)
    {
        for (var position = 0; position < task.Positions; position++)
        {
            new Span<float>(source + (position * task.HeadWidth), task.HeadWidth).CopyTo(new Span<float>(target + (position * stride), task.HeadWidth));
        }
    }
}
