using System.Text;
using Pangu.Core;
using Pangu.Modalities.Text;

namespace Pangu.Modalities.Tests.Text;

public sealed class ByteTokenizerTests
{
    private readonly ByteTokenizer _tokenizer = new();

    [Fact]
    public void Encode_Text_IsItsUtf8() => Assert.Equal(Encoding.UTF8.GetBytes("aé文🎉").Select(value => (int)value), _tokenizer.Encode("aé文🎉"));

    [Fact]
    public void Encode_HalfASurrogatePair_IsAnError() => Assert.Equal(ErrorKind.Usage, Assert.Throws<PanguException>(() => _tokenizer.Encode("a\ud83c")).Kind);

    [Fact]
    public void StartDecoding_ByteByByte_NeverGivesHalfACharacter()
    {
        const string Text = "aé文🎉z";
        var decoder = _tokenizer.StartDecoding();

        var pieces = _tokenizer.Encode(Text).Select(decoder.Next).ToList();

        Assert.Equal(["a", "", "é", "", "", "文", "", "", "", "🎉", "z"], pieces);
        Assert.Equal(string.Empty, decoder.End());
    }

    [Fact]
    public void StartDecoding_BytesThatAreNoUtf8_GivesTheReplacementAndGoesOn()
    {
        int[] ids = [0xE6, 0x96, 'a', 0xFF, 'b', 0xF0, 0x9F];
        var decoder = _tokenizer.StartDecoding();

        var text = string.Concat(ids.Select(decoder.Next)) + decoder.End();

        Assert.Equal("\uFFFDa\uFFFDb\uFFFD", text);
        Assert.Equal(text, _tokenizer.Decode(ids));
    }

    [Theory]
    [InlineData('a', "a")]
    [InlineData(10, "<0x0A>")]
    [InlineData(255, "<0xFF>")]
    public void Piece_Byte_IsReadable(int id, string expected) => Assert.Equal(expected, _tokenizer.Piece(id));

    [Theory]
    [InlineData(-1)]
    [InlineData(256)]
    public void Decode_IdOutsideTheVocabulary_Throws(int id) => Assert.Throws<ArgumentOutOfRangeException>(() => _tokenizer.Decode([id]));

    [Fact]
    public void Read_OfToJson_IsAByteTokenizer() => Assert.IsType<ByteTokenizer>(TextTokenizers.Read(_tokenizer.ToJson(), "tokenizer.json"));

    [Theory]
    [InlineData("{\"kind\":\"words\"}", "expected characters or bytes")]
    [InlineData("{\"kind\":\"bytes\",\"extra\":1}", "extra")]
    [InlineData("{\"version\":\"1.0\",\"model\":{\"type\":\"BPE\"}}", "sub-word tokenizer (BPE)")]
    [InlineData("[]", "expected an object")]
    [InlineData("{", "could not be read")]
    public void Read_OtherFile_IsAClearError(string json, string expected)
    {
        var exception = Assert.Throws<PanguException>(() => TextTokenizers.Read(json, "tokenizer.json"));

        Assert.Equal(ErrorKind.Usage, exception.Kind);
        Assert.Contains("tokenizer.json", exception.Message, StringComparison.Ordinal);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }
}
