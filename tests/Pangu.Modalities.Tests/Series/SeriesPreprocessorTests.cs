using Pangu.Modalities.Series;

namespace Pangu.Modalities.Tests.Series;

public sealed class SeriesPreprocessorTests
{
    [Fact]
    public void Read_OfChannelsWithAndWithoutUnits_GivesThemBack()
    {
        var preprocessor = new SeriesPreprocessor { Channels = [new SeriesChannel("load", "kW", 5, 2), new SeriesChannel("count", null, 0, 1)] };
        Assert.Equal(preprocessor.Channels, SeriesPreprocessor.Read(preprocessor.ToJson(), "test").Channels);
    }
}
