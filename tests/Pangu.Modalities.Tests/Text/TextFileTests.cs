using System.Text;
using Pangu.Core;
using Pangu.Modalities.Text;

namespace Pangu.Modalities.Tests.Text;

public sealed class TextFileTests
{
    [Theory]
    [InlineData(LineEnds.Keep, "a\r\nb\rc\n文")]
    [InlineData(LineEnds.Lf, "a\nb\nc\n文")]
    public void Decode_WithByteOrderMark_LeavesItOutAndTreatsLineEndsAsTold(LineEnds lineEnds, string expected) =>
        Assert.Equal(expected, TextFile.Decode([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("a\r\nb\rc\n文")], "a.txt", lineEnds));

    [Fact]
    public void Decode_OtherLineSeparators_StayAsTheyAre() => Assert.Equal("a\u0085b\u2028c\fd", TextFile.Decode(Encoding.UTF8.GetBytes("a\u0085b\u2028c\fd"), "a.txt", LineEnds.Lf));

    [Fact]
    public void Decode_InvalidByte_NamesOffsetAndLine()
    {
        var exception = Assert.Throws<PanguException>(() => TextFile.Decode([(byte)'a', (byte)'\n', .. "文"u8, 0xC4, (byte)'b'], "a.txt"));

        Assert.Equal(ErrorKind.Usage, exception.Kind);
        Assert.Contains("byte 0xC4 at offset 5 (line 2)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_InvalidByteAfterAByteOrderMark_CountsFromTheFilesBeginning() =>
        Assert.Contains("0xFF at offset 4", Assert.Throws<PanguException>(() => TextFile.Decode([0xEF, 0xBB, 0xBF, (byte)'a', 0xFF], "a.txt")).Message, StringComparison.Ordinal);

    [Fact]
    public void Decode_CharacterThatTheFileEndsIn_IsAnError() =>
        Assert.Contains("ends before", Assert.Throws<PanguException>(() => TextFile.Decode("a文"u8[..3], "a.txt")).Message, StringComparison.Ordinal);

    [Fact]
    public void Decode_Utf16_SaysSo() => Assert.Contains("UTF-16", Assert.Throws<PanguException>(() => TextFile.Decode([0xFF, 0xFE, 0x41, 0], "a.txt")).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_MissingFile_IsMissing() => Assert.Equal(ErrorKind.Missing, Assert.Throws<PanguException>(() => TextFile.Read("/nowhere/a.txt")).Kind);
}
