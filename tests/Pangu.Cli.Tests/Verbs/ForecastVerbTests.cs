using System.Globalization;
using Pangu.Core;
using Pangu.Inference;
using Pangu.Modalities.Series;

namespace Pangu.Cli.Tests.Verbs;

public sealed class ForecastVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CommandRunner _runner;

    public ForecastVerbTests() => _runner = new CommandRunner(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Forecast_OfOneTarget_WritesWhatTheEngineGives()
    {
        var package = TinyModels.WriteForecaster(_folder.File("line"));
        var values = Enumerable.Range(0, 40).Select(step => (float)Math.Sin(step)).ToArray();
        var input = Csv("time,x,y", values.Select((value, step) => Row(step, 100 + step, value)));

        var outcome = await _runner.RunAsync("forecast", package, "--input", input, "--target", "y", "--horizon", "6", "--json");

        Assert.Equal(0, outcome.ExitCode);
        using var engine = Forecaster.Load(package);
        var expected = engine.Forecast(new ForecastRequest(values.AsMemory(^TinyModels.Context), 1, 1, TinyModels.Context, 6), TestContext.Current.CancellationToken).Mean;
        var lines = outcome.Output.TrimEnd().Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        Assert.Equal("time,target,mean", lines[0]);
        Assert.Equal(expected.Select((mean, step) => $"2024-01-{(40 + step) / 24 + 1:00} {(40 + step) % 24:00}:00:00,y,{mean.ToString(CultureInfo.InvariantCulture)}"), lines[1..^1]);
        Assert.Equal((6, 6, TinyModels.Context), (outcome.Json.GetProperty("records").GetInt32(), outcome.Json.GetProperty("horizon").GetInt32(), outcome.Json.GetProperty("context").GetInt32()));
    }

    [Fact]
    public async Task Forecast_WithQuantilesIntoAFile_WritesThoseAlone()
    {
        var package = TinyModels.WriteNamedForecaster(_folder.File("named"));
        var input = Csv("time,b,a,other", Enumerable.Range(0, 30).Select(step => Row(step, step % 3, 5 + (step % 5), 1)));
        var output = _folder.File("out.csv");

        var outcome = await _runner.RunAsync("forecast", package, "--input", input, "--output", output, "--quantiles", "0.9,0.1", "--target", "all", "--json");

        Assert.Equal((0, output), (outcome.ExitCode, outcome.Json.GetProperty("output").GetString()));
        var lines = File.ReadAllLines(output);
        Assert.Equal("time,target,mean,q0.1,q0.9", lines[0]);
        Assert.Equal(["a", "a", "a", "a", "b", "b", "b", "b"], lines[1..].Select(line => line.Split(',')[1]));
        Assert.All(lines[1..], line => Assert.True(float.Parse(line.Split(',')[3], CultureInfo.InvariantCulture) <= float.Parse(line.Split(',')[4], CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("csv-unknown-column", "--covariates", "price")]
    [InlineData("covariates", "--covariates", "other")]
    [InlineData("covariates", "--covariates", "a,b,other")]
    [InlineData("horizon", "--horizon", "0")]
    [InlineData("horizon", "--horizon", "100000")]
    [InlineData("context", "--context", "-1")]
    [InlineData("quantiles", "--quantiles", "0.25")]
    [InlineData("quantiles", "--quantiles", "half")]
    [InlineData("target", "--target", "other")]
    [InlineData("csv-options", "--decimal", "x9")]
    public async Task Forecast_OfWhatTheModelCannot_NamesTheOption(string code, params string[] options)
    {
        var package = TinyModels.WriteNamedForecaster(_folder.File("named"));
        var input = Csv("time,a,b,other", Enumerable.Range(0, 30).Select(step => Row(step, 1, 2, 3)));
        var outcome = await _runner.RunAsync(["forecast", package, "--input", input, "--json", .. options]);
        Assert.Equal((2, code), (outcome.ExitCode, outcome.ErrorCode));
    }

    [Fact]
    public async Task Forecast_WithCovariates_FollowsTheirFuture()
    {
        var package = TinyModels.WriteForecaster(_folder.File("line"));
        var heat = Enumerable.Range(0, 46).Select(step => (float)Math.Cos(step * 0.9)).ToArray();
        var input = Csv("time,load,heat", heat.Select((value, step) => step < 40 ? Row(step, 100 + (20 * value), value) : $"2024-01-02 {step % 24:00}:00:00,,{value.ToString(CultureInfo.InvariantCulture)}"));

        var outcome = await _runner.RunAsync("forecast", package, "--input", input, "--covariates", "heat", "--json");

        Assert.Equal((0, 6), (outcome.ExitCode, outcome.Json.GetProperty("horizon").GetInt32()));
        using var engine = Forecaster.Load(package);
        var load = heat[24..40].Select(value => 100 + (20 * value)).ToArray();
        var expected = new CovariateForecaster(engine).Forecast(new ForecastRequest(load, 1, 1, load.Length, 6), new KnownSeries(heat.AsMemory(24), 1, 22), TestContext.Current.CancellationToken).Mean;
        Assert.NotEqual(engine.Forecast(new ForecastRequest(load, 1, 1, load.Length, 6), TestContext.Current.CancellationToken).Mean, expected);
        var lines = outcome.Output.TrimEnd().Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        Assert.Equal(expected.Select(mean => mean.ToString(CultureInfo.InvariantCulture)), lines[1..^1].Select(line => line.Split(',')[2]));
        Assert.StartsWith("2024-01-02 16:00:00,load,", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forecast_WithCovariatesThatEndTooSoon_NamesTimeAndWayOut()
    {
        var package = TinyModels.WriteForecaster(_folder.File("line"));
        var input = Csv("time,load,heat", Enumerable.Range(0, 30).Select(step => step < 26 ? Row(step, 1, step % 5) : $"2024-01-02 {step % 24:00}:00:00,,{(step == 28 ? "" : "2")}"));

        var outcome = await _runner.RunAsync("forecast", package, "--input", input, "--covariates", "heat", "--horizon", "3", "--json");
        Assert.Equal((2, "covariates"), (outcome.ExitCode, outcome.ErrorCode));
        Assert.Contains("heat has no value at 2024-01-02 04:00:00", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("--horizon 2", outcome.Errors, StringComparison.Ordinal);

        var tooFar = await _runner.RunAsync("forecast", package, "--input", input, "--covariates", "heat", "--horizon", "9", "--json");
        Assert.Equal(2, tooFar.ExitCode);
        Assert.Contains("has 4 rows after the last value", tooFar.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forecast_OfAFileWithAnotherInterval_SaysSo()
    {
        var package = TinyModels.WriteNamedForecaster(_folder.File("named"));
        var input = Csv("time,a,b", Enumerable.Range(0, 30).Select(step => $"2024-01-01 {step / 4:00}:{15 * (step % 4):00}:00,1,2"));
        var outcome = await _runner.RunAsync("forecast", package, "--input", input);
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("steps of 1 h, the file has steps of 15 min", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forecast_OfAColumnWithoutValues_SaysThatItSaysNothing()
    {
        var package = TinyModels.WriteNamedForecaster(_folder.File("named"));
        var input = Csv("time,a,b", Enumerable.Range(0, 30).Select(step => step < 5 ? Row(step, 1, 2) : Row(step, 1) + ","));
        var outcome = await _runner.RunAsync("forecast", package, "--input", input);
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("b has no value in the last 16 steps", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("a has no value", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forecast_WithADetector_SaysWhatItCan()
    {
        var package = TinyModels.WriteDetector(_folder.File("detector"));
        var outcome = await _runner.RunAsync("forecast", package, "--input", Csv("a,b", ["1,2"]), "--json");
        Assert.Equal((2, "model-capability"), (outcome.ExitCode, outcome.ErrorCode));
    }

    private static string Row(int step, params float[] values) => string.Create(CultureInfo.InvariantCulture, $"2024-01-{step / 24 + 1:00} {step % 24:00}:00:00,{string.Join(',', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))}");

    private string Csv(string header, IEnumerable<string> rows) => _folder.Write($"{Guid.NewGuid():N}.csv", header + "\n" + string.Join('\n', rows) + "\n");
}
