using System.Globalization;
using System.Text;
using Pangu.Core;

namespace Pangu.Modalities.Text;

/// <summary>One token a byte of UTF-8: 256 ids, nothing is ever unknown.</summary>
public sealed class ByteTokenizer : ITextTokenizer
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public int Vocabulary => 256;

    /// <inheritdoc/>
    public int[] Encode(ReadOnlySpan<char> text)
    {
        byte[] bytes;
        try
        {
            bytes = new byte[s_strict.GetByteCount(text)];
            s_strict.GetBytes(text, bytes);
        }
        catch (EncoderFallbackException exception)
        {
            throw new PanguException(ErrorKind.Usage, "tokenizer-surrogate", $"The text holds half of a surrogate pair at UTF-16 unit {exception.Index}; expected whole characters.", exception);
        }

        return Array.ConvertAll(bytes, value => (int)value);
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var bytes = new byte[ids.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = Checked(ids[i]);
        }

        return Encoding.UTF8.GetString(bytes);
    }

    /// <inheritdoc/>
    public ITextDecoder StartDecoding() => new ByteDecoder();

    /// <inheritdoc/>
    public string Piece(int id) => Checked(id) is > 0x20 and < 0x7F and var letter
        ? ((char)letter).ToString()
        : string.Create(CultureInfo.InvariantCulture, $"<0x{id:X2}>");

    /// <inheritdoc/>
    public string ToJson() => TextTokenizers.Write(new ByteTokenizerFile());

    private static byte Checked(int id) => (uint)id < 256 ? (byte)id : throw new ArgumentOutOfRangeException(nameof(id), id, "Expected an id below 256.");

    /// <summary>The framework's decoder keeps what is not whole yet; it gives nothing of a character before its last byte.</summary>
    private sealed class ByteDecoder : ITextDecoder
    {
        private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

        public string Next(int id) => Convert([Checked(id)], false);

        public string End() => Convert([], true);

        private string Convert(ReadOnlySpan<byte> bytes, bool flush)
        {
            Span<char> text = stackalloc char[8];
            return new string(text[.._decoder.GetChars(bytes, text, flush)]);
        }
    }
}
