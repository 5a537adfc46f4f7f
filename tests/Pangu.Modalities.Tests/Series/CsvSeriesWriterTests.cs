using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Modalities.Tests.Series;

public sealed class CsvSeriesWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WriteForecast_TwoChannels_ContinuesTheTimesOfTheInput()
    {
        var history = Read("t;load;oil\n30.12.2023 23:00;1,5;2\n31.12.2023 00:00;1,5;2\n");
        var result = new ForecastResult([1, 2, 3, 4.25f], [0.5f, 1.5f, 1, 3, 2, 4, 3, float.NaN]);
        using var writer = new StringWriter();
        CsvSeriesWriter.WriteForecast(writer, history, result, [0.1, 0.9]);
        Assert.Equal(
            """
            time,target,mean,q0.1,q0.9
            31.12.2023 01:00,load,1,0.5,1.5
            31.12.2023 02:00,load,2,1,3
            31.12.2023 01:00,oil,3,2,4
            31.12.2023 02:00,oil,4.25,3,

            """.ReplaceLineEndings("\n"),
            writer.ToString().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void WriteForecast_NamedTarget_IsWrittenAlone()
    {
        var history = SeriesTable.WithoutTime(["a", "b, \"c\""], [[1, 2], [3, 4]]);
        using var writer = new StringWriter();
        CsvSeriesWriter.WriteForecast(writer, history, new ForecastResult([1, 2], []), [], ["b, \"c\""]);
        Assert.Equal("time,target,mean\n2,\"b, \"\"c\"\"\",2\n", writer.ToString().ReplaceLineEndings("\n"));
        Assert.Throws<PanguException>(() => CsvSeriesWriter.WriteForecast(new StringWriter(), history, new ForecastResult([1, 2], []), [], ["c"]));
    }

    [Fact]
    public void WriteForecast_Written_CanBeReadBack()
    {
        var history = Read("time,a\n2024-01-01 00:00,1\n2024-01-01 00:15,2\n");
        using var writer = new StringWriter();
        CsvSeriesWriter.WriteForecast(writer, history, new ForecastResult([1.1f, 2.7f, 1e-7f], []), []);
        var table = Read(writer.ToString());
        Assert.Equal([1.1f, 2.7f, 1e-7f], table.Values[0]);
        Assert.Equal(history.FutureTimes(3), table.Times);
    }

    [Fact]
    public void StartAnomalies_Blocks_AreWrittenOneAfterTheOther()
    {
        var history = Read("time,a,b\n2024-01-01 00:00,1,1\n2024-01-01 01:00,2,1\n2024-01-01 02:00,2,1\n");
        using var writer = new StringWriter();
        using (var output = CsvSeriesWriter.StartAnomalies(writer, history.Clock, ["a", "b"]))
        {
            output.Write(history.Times.AsSpan(0, 2), new AnomalyResult([float.NaN, 0.5f], [float.NaN, 0.25f, float.NaN, 0.75f], [false, false]));
            output.Write(history.Times.AsSpan(1, 2), new AnomalyResult([0.5f, 9], [0.25f, 8, 0.75f, 10], [false, true]), start: 1);
        }

        Assert.Equal(
            "time,score,flag,a,b\n2024-01-01 00:00,,0,,\n2024-01-01 01:00,0.5,0,0.25,0.75\n2024-01-01 02:00,9,1,8,10\n",
            writer.ToString().ReplaceLineEndings("\n"));
    }

    private SeriesTable Read(string text) => CsvSeriesReader.Read(_folder.Write("a.csv", text), cancellationToken: TestContext.Current.CancellationToken).Table;
}
