namespace Pangu.Inference;

/// <summary>One part, compiled: weights packed, shapes known. Immutable; safe for many frames at once.</summary>
internal interface IPartStep
{
    /// <summary>Floats a row of its widest intermediate value.</summary>
    int Wide { get; }

    /// <summary>Floats a row of its second intermediate value.</summary>
    int Narrow { get; }

    /// <summary>Whether a token's result depends on other tokens of its sequence.</summary>
    bool MixesTokens { get; }

    /// <summary>Whether a sequence's result depends on other sequences of its window.</summary>
    bool MixesChannels { get; }

    /// <summary>Kernel memory, in floats.</summary>
    /// <param name="shape">The most it is asked to work on.</param>
    /// <returns>A count of floats.</returns>
    int ScratchLength(FrameShape shape);

    /// <summary>Computes the part.</summary>
    /// <param name="input">[M, D].</param>
    /// <param name="output">[M, D]; may be the input's memory: all of the input is read before the output is written.</param>
    /// <param name="add">Whether the result is added to the output or replaces it.</param>
    /// <param name="keepLast">Where above 0 (only for a part that mixes tokens): only that many last tokens of every sequence are wanted from here on; the part calls <see cref="BodyFrame.KeepLast"/> when it has read its input, and its output are those tokens alone.</param>
    /// <param name="frame">Sizes and memory.</param>
    void Run(ReadOnlySpan<float> input, Span<float> output, bool add, int keepLast, BodyFrame frame);
}
