using Pangu.Core;

namespace Pangu.Inference;

/// <summary>
/// What one worker computes with: some sequences of tokens and the memory for every intermediate value, allocated once. Legend: <c>N</c> sequences, <c>T</c> tokens, <c>M</c> = N T rows,
/// <c>D</c> width.
/// </summary>
internal sealed class BodyFrame
{
    private readonly float[] _stream;
    private readonly float[] _saved;
    private readonly float[] _normed;
    private readonly float[] _wide;
    private readonly float[] _narrow;

    /// <summary>Allocates for a body.</summary>
    /// <param name="sizes">What the body needs.</param>
    /// <param name="maxSequences">Most sequences at once.</param>
    internal BodyFrame(BodySizes sizes, int maxSequences)
    {
        var rows = checked(maxSequences * sizes.Tokens);
        Width = sizes.Width;
        MaxSequences = maxSequences;
        _stream = new float[checked(rows * sizes.Width)];
        _normed = new float[_stream.Length];
        _saved = new float[sizes.SavesInput ? _stream.Length : 0];
        _wide = new float[checked(rows * sizes.Wide)];
        _narrow = new float[checked(rows * Math.Max(sizes.Narrow, sizes.Width))];
        Scratch = new float[sizes.ScratchFor(maxSequences)];
        Tokens = sizes.Tokens;
    }

    /// <summary>Most sequences at once.</summary>
    internal int MaxSequences { get; }

    /// <summary>D.</summary>
    internal int Width { get; }

    /// <summary>N now.</summary>
    internal int Sequences { get; private set; }

    /// <summary>T now.</summary>
    internal int Tokens { get; private set; }

    /// <summary>Sequences that belong to one window: its channels, one after another.</summary>
    internal int Channels { get; private set; }

    /// <summary>M now.</summary>
    internal int Rows => Sequences * Tokens;

    /// <summary>[M, D]: the residual stream.</summary>
    internal Span<float> Stream => _stream.AsSpan(0, Rows * Width);

    /// <summary>[M, D]: the stream after a norm.</summary>
    internal Span<float> Normed => _normed.AsSpan(0, Rows * Width);

    /// <summary>[M, D]: the input of a block whose branches are parallel.</summary>
    internal Span<float> Saved => _saved.AsSpan(0, Rows * Width);

    /// <summary>Memory for the widest intermediate values of a part.</summary>
    internal Span<float> Wide => _wide;

    /// <summary>Memory for a second intermediate value of a part, at least [M, D].</summary>
    internal Span<float> Narrow => _narrow;

    /// <summary>Memory that a kernel works in.</summary>
    internal float[] Scratch { get; }

    /// <summary>Receives intermediate values; null for none.</summary>
    internal IActivationTap? Tap { get; private set; }

    /// <summary>Begins with new sequences.</summary>
    /// <param name="sequences">N.</param>
    /// <param name="tokens">T.</param>
    /// <param name="channels">Sequences of one window.</param>
    /// <param name="tap">Receives intermediate values; null for none.</param>
    internal void Begin(int sequences, int tokens, int channels, IActivationTap? tap) => (Sequences, Tokens, Channels, Tap) = (sequences, tokens, channels, tap);

    /// <summary>Keeps only the last tokens of every sequence from here on.</summary>
    /// <param name="tokens">How many.</param>
    internal void KeepLast(int tokens)
    {
        for (var sequence = 0; sequence < Sequences; sequence++)
        {
            _stream.AsSpan(((((sequence + 1) * Tokens) - tokens) * Width), tokens * Width).CopyTo(_stream.AsSpan(sequence * tokens * Width));
        }

        Tokens = tokens;
    }

    /// <summary>Shows the stream to the tap.</summary>
    /// <param name="name">Canonical name.</param>
    internal void Show(string name)
    {
        if (Tap is { } tap && tap.Wants(name))
        {
            tap.Record(name, Stream, [Sequences, Tokens, Width]);
        }
    }
}

/// <summary>Sizes that a compiled body needs.</summary>
internal sealed record BodySizes
{
    /// <summary>D.</summary>
    internal required int Width { get; init; }

    /// <summary>T.</summary>
    internal required int Tokens { get; init; }

    /// <summary>Floats a row of the widest intermediate value.</summary>
    internal int Wide { get; init; }

    /// <summary>Floats a row of the second intermediate value.</summary>
    internal int Narrow { get; init; }

    /// <summary>Whether some block's branches are parallel.</summary>
    internal bool SavesInput { get; init; }

    /// <summary>Whether sequences of a window see each other, so that a window's channels stay together.</summary>
    internal bool MixesChannels { get; init; }

    /// <summary>Kernel memory for a number of sequences, in floats.</summary>
    internal required Func<int, int> ScratchFor { get; init; }
}
