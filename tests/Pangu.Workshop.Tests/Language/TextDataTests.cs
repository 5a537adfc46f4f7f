using Pangu.Core;
using Pangu.Workshop.Language;
using Pangu.Workshop.Language.Texts;

namespace Pangu.Workshop.Tests.Language;

public sealed class TextDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Places are characters, not UTF-16 units: an emoji counts as one.</summary>
    [Theory]
    [InlineData(TokenizerKind.Characters)]
    [InlineData(TokenizerKind.Bytes)]
    public void Of_TextWithEmoji_IsDividedByCharacters(TokenizerKind kind)
    {
        const string Text = "🎉a🎉盘🎉b🎉c古d";
        var data = TextData.Of(Text, new TextSettings { Id = "t", Tokenizer = new TokenizerSettings { Kind = kind }, Splits = new TextSplitSettings { Train = 0.6, Validation = 0.3 } });

        Assert.Equal("🎉a🎉盘🎉b", data.Tokenizer.Decode(data.Text.Ids.AsSpan(0, data.Train.End)));
        Assert.Equal("🎉c古", data.Tokenizer.Decode(data.Text.Ids.AsSpan(data.Validation.Start, data.Validation.Count)));
        Assert.Equal(10, data.Facts.Characters);
    }

    [Fact]
    public void Read_OfWrite_IsTheSameText()
    {
        var data = TextData.Of("one|two|three|four|five|", new TextSettings { Id = "t", Separator = "|", Splits = new TextSplitSettings { Train = 0.5, Validation = 0.5 } });
        data.Write(_folder.Path);

        var read = TextData.Read(_folder.Path);

        Assert.Equal(data.Facts, read.Facts);
        Assert.Equal(data.Text.Ids, read.Text.Ids);
        Assert.Equal([4, 8, 14, 19], read.Text.DocumentStarts);
        Assert.Equal(data.Tokenizer.ToJson(), read.Tokenizer.ToJson());
    }

    [Fact]
    public void Of_MoreCharactersThanSaid_IsAnError() =>
        Assert.Equal("text-characters", Assert.Throws<PanguException>(() => TextData.Of("abcdefghij", new TextSettings { Id = "t", Tokenizer = new TokenizerSettings { MostCharacters = 9 } })).Code);
}
