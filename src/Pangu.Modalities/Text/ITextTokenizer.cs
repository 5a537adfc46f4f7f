namespace Pangu.Modalities.Text;

/// <summary>Turns text into token ids and back; the same in training and serving. Stored in a package as <see cref="TextTokenizers.FileName"/>.</summary>
/// <remarks>Immutable: safe for any number of threads. What <see cref="StartDecoding"/> gives is for one.</remarks>
public interface ITextTokenizer
{
    /// <summary>Number of token ids V; ids are 0 .. V - 1.</summary>
    int Vocabulary { get; }

    /// <summary>The token ids of a text.</summary>
    /// <param name="text">Any text without lone surrogates; line ends as they stand.</param>
    /// <returns>The ids, in order.</returns>
    /// <exception cref="Core.PanguException">The text holds something that has no token.</exception>
    int[] Encode(ReadOnlySpan<char> text);

    /// <summary>The text of token ids.</summary>
    /// <param name="ids">Ids below <see cref="Vocabulary"/>.</param>
    /// <returns>The text; what is no text (bytes that are no UTF-8) becomes U+FFFD.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An id has no token.</exception>
    string Decode(ReadOnlySpan<int> ids);

    /// <summary>Begins to decode ids that arrive one by one.</summary>
    /// <returns>A decoder at its start, for one caller.</returns>
    ITextDecoder StartDecoding();

    /// <summary>What a token stands for, to be shown to people: one character, or a byte as <c>&lt;0x0A&gt;</c>.</summary>
    /// <param name="id">An id below <see cref="Vocabulary"/>.</param>
    /// <returns>A short text.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The id has no token.</exception>
    string Piece(int id);

    /// <summary>Writes the tokenizer's file.</summary>
    /// <returns>Indented JSON with a <c>kind</c>, LF line ends; <see cref="TextTokenizers.Read"/> reads it.</returns>
    string ToJson();
}

/// <summary>Decodes ids that arrive one by one, and never gives half a character: what is not whole yet waits for the ids to come.</summary>
public interface ITextDecoder
{
    /// <summary>Takes the next id.</summary>
    /// <param name="id">An id below the vocabulary.</param>
    /// <returns>The text that is whole by now and was not given before; often one character, sometimes none.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The id has no token.</exception>
    string Next(int id);

    /// <summary>Ends the text.</summary>
    /// <returns>What was still waiting, as U+FFFD where it is no text; empty when nothing was.</returns>
    string End();
}
