using System.Numerics;

namespace Pangu.Numerics;

/// <summary>The definitions of attention and rotary positions, one number at a time, for any floating-point type.</summary>
public static class AttentionReference
{
    /// <summary>Attends over one sequence; layout as in <see cref="ShortAttention"/>, tokens one after another.</summary>
    /// <typeparam name="T">Number type.</typeparam>
    /// <param name="projections">[tokens, H E + K E + K E].</param>
    /// <param name="tokens">Tokens.</param>
    /// <param name="shape">Sizes.</param>
    /// <returns>[tokens, H E].</returns>
    public static T[] Run<T>(ReadOnlySpan<T> projections, int tokens, AttentionShape shape)
        where T : IFloatingPointIeee754<T>
    {
        var width = shape.HeadWidth;
        var rowWidth = width * (shape.QueryHeads + (2 * shape.KeyValueHeads));
        var output = new T[tokens * shape.QueryHeads * width];
        for (var head = 0; head < shape.QueryHeads; head++)
        {
            var keyHead = head / (shape.QueryHeads / shape.KeyValueHeads);
            for (var token = 0; token < tokens; token++)
            {
                var end = shape.Causal ? token + 1 : tokens;
                var start = shape.Causal && shape.Window > 0 ? Math.Max(0, end - shape.Window) : 0;
                var query = projections.Slice((token * rowWidth) + (head * width), width);
                var weights = new T[end - start];
                for (var other = start; other < end; other++)
                {
                    var key = projections.Slice((other * rowWidth) + ((shape.QueryHeads + keyHead) * width), width);
                    weights[other - start] = RowsReference.Dot(query, key) * T.CreateChecked(shape.Scale);
                }

                RowsReference.Softmax<T>(weights);
                for (var other = start; other < end; other++)
                {
                    var value = projections.Slice((other * rowWidth) + ((shape.QueryHeads + shape.KeyValueHeads + keyHead) * width), width);
                    for (var i = 0; i < width; i++)
                    {
                        output[(((token * shape.QueryHeads) + head) * width) + i] += weights[other - start] * value[i];
                    }
                }
            }
        }

        return output;
    }

    /// <summary>Turns one head in place, pairs (i, i + width / 2).</summary>
    /// <typeparam name="T">Number type.</typeparam>
    /// <param name="head">The head; its first <paramref name="width"/> numbers turn.</param>
    /// <param name="width">Numbers that turn, even.</param>
    /// <param name="position">Position.</param>
    /// <param name="frequencyBase">Base of the frequencies.</param>
    public static void Turn<T>(Span<T> head, int width, int position, T frequencyBase)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < width / 2; i++)
        {
            var angle = T.CreateChecked(position) / T.Pow(frequencyBase, T.CreateChecked(2 * i) / T.CreateChecked(width));
            var (first, second) = (head[i], head[i + (width / 2)]);
            head[i] = (first * T.Cos(angle)) - (second * T.Sin(angle));
            head[i + (width / 2)] = (second * T.Cos(angle)) + (first * T.Sin(angle));
        }
    }
}
