using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Modalities.Tests.Series;

public sealed class CsvOptionTextsTests
{
    [Fact]
    public void Read_Nothing_DetectsEverything() => Assert.Equal(CsvReadOptions.Detect with { Missing = [] }, new CsvOptionTexts().Read() with { Missing = [] });

    [Fact]
    public void Read_Everything_IsTakenOver()
    {
        var options = new CsvOptionTexts { Delimiter = "tab", Decimal = ",", Header = "no", Missing = "-999, off", Duplicates = "Mean", SkipLines = "3", Interval = "0.5" }.Read(["a"]);
        Assert.Equal('\t', options.Delimiter);
        Assert.Equal(',', options.Decimal);
        Assert.False(options.Header);
        Assert.Equal(["-999", "off"], options.Missing);
        Assert.Equal(DuplicateRule.Mean, options.Duplicates);
        Assert.Equal(3, options.SkipLines);
        Assert.Equal(0.5, options.IntervalSeconds);
        Assert.Equal(["a"], options.Columns);
    }

    [Fact]
    public void Read_Nonsense_IsListedAltogether()
    {
        var texts = new CsvOptionTexts { Delimiter = "both", Decimal = "dot", Header = "maybe", Duplicates = "all", SkipLines = "1.5", Interval = "0" };
        var exception = Assert.Throws<PanguException>(() => texts.Read());
        Assert.Equal(6, exception.Problems.Count);
        Assert.Contains("--interval is \"0\"; expected seconds above 0.", exception.Message, StringComparison.Ordinal);
    }
}
