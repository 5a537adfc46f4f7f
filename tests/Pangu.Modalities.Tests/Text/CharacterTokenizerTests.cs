using System.Text;
using Pangu.Core;
using Pangu.Modalities.Text;

namespace Pangu.Modalities.Tests.Text;

public sealed class CharacterTokenizerTests
{
    /// <summary>The protocol of nanoGPT's shakespeare_char: 65 characters, sorted, so that the line feed is 0, the blank 1 and z 64.</summary>
    [Fact]
    public void Of_TinyShakespeare_HasNanoGptsVocabulary()
    {
        var text = TextFile.Read(Outside.Data("tinyshakespeare/input.txt"));

        var tokenizer = CharacterTokenizer.Of(text);

        Assert.Equal(1_115_394, text.Length);
        Assert.Equal("\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", tokenizer.Characters);
        Assert.Equal([18, 47, 56, 57, 58, 1, 15, 47, 58, 47, 64, 43, 52, 10], tokenizer.Encode("First Citizen:")); // Karpathy's own listing of the first ids.
    }

    [Theory]
    [InlineData("plain text\nof two lines\r\n")]
    [InlineData("盘古开天辟地，日长一丈。")]
    [InlineData("👩‍🚀🎉 mixed 文字 e\u0301")]
    public void Decode_OfEncode_IsTheText(string text)
    {
        var tokenizer = CharacterTokenizer.Of(text);

        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        Assert.Equal(text.EnumerateRunes().Distinct().Count(), tokenizer.Vocabulary);
        Assert.Equal(text.EnumerateRunes().Count(), tokenizer.Encode(text).Length);
    }

    [Fact]
    public void Encode_EmojiOutsideTheBasicPlane_IsOneToken() => Assert.Equal([1, 0], CharacterTokenizer.Of("a🎉").Encode("🎉a"));

    [Fact]
    public void Encode_UnknownCharacters_NamesThemAndTheFirstPlace()
    {
        var exception = Assert.Throws<PanguException>(() => CharacterTokenizer.Of("abc").Encode("ab盘古\t盘"));

        Assert.Equal(ErrorKind.Usage, exception.Kind);
        Assert.Contains("\"盘\" (U+76D8), \"古\" (U+53E4), U+0009 (first at character 2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_UnknownCharacterWithReplacement_TakesTheReplacement() =>
        Assert.Equal("a??b", new CharacterTokenizer("ab?", "?") is var tokenizer ? tokenizer.Decode(tokenizer.Encode("a盘🎉b")) : null);

    [Theory]
    [InlineData("", null)]
    [InlineData("aba", null)]
    [InlineData("ab", "c")]
    [InlineData("ab", "ab")]
    [InlineData("a\ud800", null)]
    public void Constructor_BadCharacters_IsAnError(string characters, string? unknown) =>
        Assert.Equal(ErrorKind.Usage, Assert.Throws<PanguException>(() => new CharacterTokenizer(characters, unknown)).Kind);

    [Fact]
    public void StartDecoding_CharacterByCharacter_GivesWholeCharacters()
    {
        var tokenizer = CharacterTokenizer.Of("a🎉文");
        var decoder = tokenizer.StartDecoding();

        Assert.Equal(["文", "🎉", "a"], tokenizer.Encode("文🎉a").Select(decoder.Next));
        Assert.Equal(string.Empty, decoder.End());
    }

    [Fact]
    public void Piece_IdOutsideTheVocabulary_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => CharacterTokenizer.Of("ab").Piece(2));

    [Fact]
    public void Read_OfToJson_IsTheSameTokenizer()
    {
        var tokenizer = CharacterTokenizer.Of("\"\\\n<盘🎉\u0001", "盘");

        var read = Assert.IsType<CharacterTokenizer>(TextTokenizers.Read(tokenizer.ToJson(), "tokenizer.json"));

        Assert.Equal(tokenizer.Characters, read.Characters);
        Assert.Equal("盘", read.Unknown);
        Assert.Contains("盘", tokenizer.ToJson(), StringComparison.Ordinal);
        Assert.DoesNotContain("\r", tokenizer.ToJson(), StringComparison.Ordinal);
    }
}
