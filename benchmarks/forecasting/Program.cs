// Windows a second of the torch-free engine beside libtorch (eager, the same threads), on a model of the size of the foundation model for series:
// context 512, patches of 16 with observed flags, 32 + 6 tokens, width 64, 3 layers, 4 heads, feed-forward 256, mean and nine quantiles a step.
//
//   dotnet run -c Release --project benchmarks/forecasting -- [threads] [rounds] [wall|processor] [windows x channels, for example 64x7]
//
// The engines take turns, round by round, so that both see the same machine; the figure is the median round. Prints Markdown.
// With "processor", time is what the process's threads spent on processors: with one thread, a fair ratio on a machine that is busy with other work.
using System.Diagnostics;
using System.Globalization;
using Pangu.Core;
using Pangu.Inference;
using Pangu.Modalities.Series;
using Pangu.Models;
using Pangu.Tensors;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var threads = args.Length > 0 ? int.Parse(args[0]) : Environment.ProcessorCount;
var rounds = args.Length > 1 ? int.Parse(args[1]) : 15;
var processorTime = args.Length > 2 && args[2] == "processor";
(int Windows, int Channels)[] cases = args.Length > 3
    ? [.. args[3..].Select(text => text.Split('x')).Select(sizes => (int.Parse(sizes[0]), int.Parse(sizes[1])))]
    : [(1, 1), (1, 7), (64, 1), (64, 7)];
const int Context = 512;
const int Horizon = 96;

var config = new ModelConfig(
    new SeriesEmbedder { Width = 64, Context = Context, PatchLength = 16, PatchStride = 16, Scaling = new StandardScaling(1e-5), ObservedFlags = true, FutureTokens = 6 },
    new Backbone(
        [
            new Blocks(64, 3, [new Block(
            [
                new Branch(new Attention { QueryHeads = 4, HeadWidth = 16, Scope = new FullScope() }, Before: new RmsNorm { Epsilon = 1e-6 }),
                new Branch(new Dense { Inner = 256, Activation = ActivationKind.Gelu, Bias = true }, Before: new RmsNorm { Epsilon = 1e-6 }),
            ])]),
        ],
        new RmsNorm { Epsilon = 1e-6 }),
    new ForecastHead { Horizon = Horizon, Quantiles = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], Output = new PatchOutput() });

Libtorch.Load(threads);
using var torchModel = TorchModel.Create(config, new Seeds(1));
var network = new SeriesNetwork(torchModel);
using var native = Forecaster.Create(config, torchModel.Export(), new SeriesPreprocessor(), threads);

Console.WriteLine($"Threads {threads}, {rounds} rounds, {(processorTime ? "processor" : "wall")} time; .NET {Environment.Version}; widest vectors {(System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? 512 : System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated ? 256 : 128)} bits.");
Console.WriteLine();
Console.WriteLine("| windows a call | channels | torch-free, windows/s | libtorch eager, windows/s | ratio |");
Console.WriteLine("|---|---|---|---|---|");
foreach (var (windows, channels) in cases)
{
    var random = new Seeds(2).For("windows");
    var values = new float[windows * channels * Context];
    for (var i = 0; i < values.Length; i++)
    {
        values[i] = (float)(random.NextGaussian() + Math.Sin(i * 0.26));
    }

    var observed = new float[values.Length];
    Array.Fill(observed, 1);
    var request = new ForecastRequest(values, windows, channels, Context, Horizon);
    var expected = Torch();
    var actual = Native();
    var difference = expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max();
    if (difference > 1e-3)
    {
        throw new InvalidOperationException($"The engines differ by {difference}.");
    }

    var calls = Math.Max(2, 256 / (windows * channels));
    _ = Rate(Native, calls);
    _ = Rate(Torch, calls);
    List<double> nativeRates = [];
    List<double> torchRates = [];
    for (var round = 0; round < rounds; round++)
    {
        nativeRates.Add(Rate(Native, calls) * windows);
        torchRates.Add(Rate(Torch, calls) * windows);
    }

    var (ours, theirs) = (Median(nativeRates), Median(torchRates));
    Console.WriteLine($"| {windows} | {channels} | {ours:F0} | {theirs:F0} | {ours / theirs:F2} |");

    float[] Native() => native.Forecast(request).Mean;

    float[] Torch()
    {
        using var scope = new StepScope(gradient: false);
        var forecast = network.Forecast(Operators.Of(values, windows, channels, Context), Operators.Of(observed, windows, channels, Context));
        _ = Operators.ToArray(forecast.Quantiles!);
        return Operators.ToArray(forecast.Mean);
    }
}

// Calls a second.
double Rate(Func<float[]> call, int calls)
{
    var start = Seconds();
    for (var i = 0; i < calls; i++)
    {
        _ = call();
    }

    return calls / (Seconds() - start);
}

double Seconds() => processorTime ? Environment.CpuUsage.TotalTime.TotalSeconds : Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

static double Median(List<double> values)
{
    values.Sort();
    return values[values.Count / 2];
}
