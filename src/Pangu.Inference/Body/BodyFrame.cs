using Pangu.Core;
using Pangu.Numerics;

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
    private readonly float[] _beside;
    private readonly float[] _input;
    private readonly float[] _mean;

    /// <summary>Allocates for a body.</summary>
    /// <param name="sizes">What the body needs.</param>
    /// <param name="maxSequences">Most sequences at once.</param>
    /// <param name="sharing">Threads that large products are shared with; null for the caller's alone.</param>
    internal BodyFrame(BodySizes sizes, int maxSequences, LinearSharing? sharing = null)
    {
        Sharing = sharing;
        var rows = checked(maxSequences * sizes.Tokens);
        Width = sizes.Width;
        MaxSequences = maxSequences;
        _stream = new float[checked(rows * sizes.Width)];
        _normed = new float[_stream.Length];
        _saved = new float[sizes.SavesInput ? _stream.Length : 0];
        _wide = new float[checked(rows * sizes.Wide)];
        _narrow = new float[checked(rows * Math.Max(sizes.Narrow, sizes.Width))];
        _beside = new float[sizes.HasShortcuts ? _stream.Length : 0];
        _input = new float[sizes.AveragesMembers ? _stream.Length : 0];
        _mean = new float[_input.Length];
        Scratch = new float[sizes.ScratchFor(maxSequences)];
        Tokens = sizes.Tokens;
    }

    /// <summary>Most sequences at once.</summary>
    internal int MaxSequences { get; }

    /// <summary>D.</summary>
    internal int Width { get; }

    /// <summary>Threads that large products are shared with; null for the caller's alone.</summary>
    internal LinearSharing? Sharing { get; }

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

    /// <summary>[M, D]: what the shortcuts of a branch add.</summary>
    internal Span<float> Beside => _beside.AsSpan(0, Rows * Width);

    /// <summary>Memory for the widest intermediate values of a part.</summary>
    internal Span<float> Wide => _wide;

    /// <summary>Memory for a second intermediate value of a part, at least [M, D].</summary>
    internal Span<float> Narrow => _narrow;

    /// <summary>Memory that a kernel works in.</summary>
    internal float[] Scratch { get; }

    /// <summary>Receives intermediate values; null for none.</summary>
    internal IActivationTap? Tap { get; private set; }

    /// <summary>Tokens of the sequence before those of this frame: the position of the first token. 0 without <see cref="Memory"/>.</summary>
    internal int Past { get; private set; }

    /// <summary>What is kept of the tokens before; the frame then holds one sequence. Null where tokens see those of the frame alone.</summary>
    internal SequenceMemory? Memory { get; private set; }

    /// <summary>Begins with the next tokens of one sequence.</summary>
    /// <param name="tokens">T.</param>
    /// <param name="past">Tokens before them.</param>
    /// <param name="memory">What is kept of those before.</param>
    /// <param name="tap">Receives intermediate values; null for none.</param>
    internal void Continue(int tokens, int past, SequenceMemory memory, IActivationTap? tap)
    {
        Begin(1, tokens, 1, tap);
        (Past, Memory) = (past, memory);
    }

    /// <summary>Begins with new sequences.</summary>
    /// <param name="sequences">N.</param>
    /// <param name="tokens">T.</param>
    /// <param name="channels">Sequences of one window.</param>
    /// <param name="tap">Receives intermediate values; null for none.</param>
    internal void Begin(int sequences, int tokens, int channels, IActivationTap? tap) => (Sequences, Tokens, Channels, Tap, Past, Memory) = (sequences, tokens, channels, tap, 0, null);

    /// <summary>Keeps only the last tokens of every sequence from here on.</summary>
    /// <param name="tokens">How many.</param>
    internal void KeepLast(int tokens)
    {
        for (var sequence = 0; sequence < Sequences; sequence++)
        {
            var (from, to, length) = ((((sequence + 1) * Tokens) - tokens) * Width, sequence * tokens * Width, tokens * Width);
            _stream.AsSpan(from, length).CopyTo(_stream.AsSpan(to));
            if (_beside.Length > 0)
            {
                _beside.AsSpan(from, length).CopyTo(_beside.AsSpan(to));
            }
        }

        Tokens = tokens;
    }

    /// <summary>Remembers the stream, for the members of an ensemble.</summary>
    internal void SaveInput() => Stream.CopyTo(_input);

    /// <summary>Gives the next member what the first one saw.</summary>
    /// <param name="tokens">T then.</param>
    internal void RestoreInput(int tokens)
    {
        Tokens = tokens;
        _input.AsSpan(0, Rows * Width).CopyTo(Stream);
    }

    /// <summary>Adds the stream, a member's output, to the mean; behind the last member the stream becomes the mean.</summary>
    /// <param name="member">Which.</param>
    /// <param name="members">Of how many.</param>
    internal void AddToMean(int member, int members)
    {
        var mean = _mean.AsSpan(0, Rows * Width);
        if (member == 0)
        {
            mean.Clear();
        }

        Elementwise.AddScaled(Stream, 1f / members, mean);
        if (member == members - 1)
        {
            mean.CopyTo(Stream);
        }
    }

    /// <summary>Shows the stream to the tap.</summary>
    /// <param name="name">Canonical name.</param>
    internal void Show(string name) => Show(name, Stream, Width);

    /// <summary>Shows numbers of every token to the tap.</summary>
    /// <param name="name">Canonical name.</param>
    /// <param name="values">[M, width].</param>
    /// <param name="width">Numbers a token.</param>
    internal void Show(string name, ReadOnlySpan<float> values, int width)
    {
        if (Tap is { } tap && tap.Wants(name))
        {
            tap.Record(name, values, [Sequences, Tokens, width]);
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

    /// <summary>Whether the outputs of several Transformers are averaged.</summary>
    internal bool AveragesMembers { get; init; }

    /// <summary>Whether some branch has shortcuts.</summary>
    internal bool HasShortcuts { get; init; }

    /// <summary>Whether sequences of a window see each other, so that a window's channels stay together.</summary>
    internal bool MixesChannels { get; init; }

    /// <summary>Kernel memory for a number of sequences, in floats.</summary>
    internal required Func<int, int> ScratchFor { get; init; }
}

/// <summary>What a part is asked to work on at most.</summary>
/// <param name="Tokens">T.</param>
/// <param name="Sequences">Sequences at once.</param>
/// <param name="Capacity">Tokens of a sequence whose keys and values are kept; 0 where none are.</param>
internal readonly record struct FrameShape(int Tokens, int Sequences, int Capacity);
