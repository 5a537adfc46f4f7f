using System.Diagnostics;
using System.Globalization;
using Pangu.Core;
using Pangu.Formats;
using Pangu.Inference.Tests.Prediction;
using Pangu.Modalities.Series;

namespace Pangu.Inference.Tests;

/// <summary>The sample, published ahead of time, forecasts as the library does.</summary>
public sealed class EdgeForecasterTests
{
    [Fact]
    [Trait("Category", "EndToEnd")]
    public async Task Publish_AheadOfTime_ForecastsLikeTheLibrary()
    {
        var compiler = Find("clang") ?? Find("gcc");
        Assert.SkipWhen(compiler is null || !OperatingSystem.IsLinux(), "Publishing ahead of time is tested on Linux with clang or gcc; neither was found.");
        using var folder = new TemporaryFolder();
        var binary = Path.Combine(folder.Path, "app", "edge-forecaster");
        var published = await Run("dotnet", "publish", Path.Combine(Outside.RepositoryRoot, "samples", "edge-forecaster"), "-c", "Release", "--use-current-runtime", "-o", Path.GetDirectoryName(binary)!, "-nologo", "-nodeReuse:false", $"-p:CppCompilerAndLinker={compiler}");
        Assert.True(published.Code == 0, published.Output);
        TestContext.Current.TestOutputHelper?.WriteLine($"{new FileInfo(binary).Length / 1e6:F1} MB");
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.GetDirectoryName(binary)!), file => Path.GetExtension(file) is ".so" or ".dll");

        var config = Models.Network();
        var package = folder.File("package");
        ModelPackage.Write(package, Family.Prediction, Capability.Forecast, config, Models.Weights(config), new Dictionary<string, string> { ["preprocessor.json"] = Models.Channels(1).ToJson() }, new ModelConfigJson(SeriesConfigTypes.Create()));
        var history = Models.Request(1, 1, 64, gaps: false).Values.ToArray();
        var csv = folder.Write("history.csv", "c0\n" + string.Join('\n', history.Select(value => value.ToString("R", CultureInfo.InvariantCulture))) + "\n");

        var answer = await Run(binary, package, csv, "20");

        Assert.True(answer.Code == 0, answer.Output);
        using var model = Forecaster.Load(package);
        var expected = model.Forecast(new ForecastRequest(history, 1, 1, 64, 20), TestContext.Current.CancellationToken).Mean;
        var lines = answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("step,channel,mean,q0.1,q0.5,q0.9", lines[0]);
        Assert.Equal(20, lines.Length - 1);
        for (var step = 0; step < 20; step++)
        {
            Assert.Equal(expected[step], float.Parse(lines[step + 1].Split(',')[2], CultureInfo.InvariantCulture), 1e-4f);
        }

        Assert.Equal(3, (await Run(binary, folder.File("absent"), csv)).Code);
    }

    private static string? Find(string program) => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(path => File.Exists(Path.Combine(path, program))) ? program : null;

    private static async Task<(int Code, string Output)> Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var cancellation = TestContext.Current.CancellationToken;
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, output + await errors);
    }
}
