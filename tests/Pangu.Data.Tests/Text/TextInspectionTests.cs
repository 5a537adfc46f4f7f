using Pangu.Data.Inspection;

namespace Pangu.Data.Tests.Text;

public sealed class TextInspectionTests
{
    [Fact]
    public void Of_Text_CountsCharactersLinesDocumentsAndParts()
    {
        var found = TextInspection.Of("ab🎉\nabc|abab\n|", "|", new TextSplits(new TextRange(0, 9), new TextRange(9, 14)));

        Assert.Equal(14, found.Records);
        Assert.Equal(new TextFieldSummary("text", "text", 14, 6, 3, 8, 2), Assert.Single(found.Fields));
        Assert.Equal([new SplitSummary("train", 9, "0", "8"), new SplitSummary("validation", 5, "9", "13")], found.Splits);
        Assert.Equal(["c", "🎉", "\n", "|", "a", "b"], found.Rarest.Select(each => each.Character));
        Assert.Equal("U+1F389", found.Rarest[1].CodePoint);
    }
}
