using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using Pangu.Cli.Families;
using Pangu.Core;
using Pangu.Models;
using Pangu.Tensors;
using Pangu.Training;

namespace Pangu.Cli.Verbs.Bench;

/// <summary><c>pangu bench training</c>: how fast a network trains here, beside products of matrices measured in the same run.</summary>
internal static class BenchTrainingVerb
{
    public static Command Create(VerbHost host)
    {
        var config = new Argument<string>("config") { Description = "A recipe; a model (only its shape is used); or a JSON file with rows, rowTokens and model." };
        var rows = new Option<int?>("--rows") { Description = "Rows of a batch (default: the recipe's or file's, 8 for a model).", HelpName = "n" };
        var positions = new Option<int?>("--row-tokens") { Description = "Tokens of a row (default: the recipe's or file's, 256 for a language model).", HelpName = "n" };
        var steps = new Option<int>("--steps") { Description = "Steps of a round; seven rounds are taken and the median counts.", HelpName = "n", DefaultValueFactory = _ => 10 };
        return host.Verb(
            "training",
            "Takes training steps on random batches: steps, tokens and operations a second, and their share of the rate at which this machine multiplies matrices.",
            "./pangu bench training tiny-shakespeare --threads 2",
            [config, rows, positions, steps],
            call => Run(call, new BenchedTraining(call.Parsed.GetRequiredValue(config), call.Parsed.GetValue(rows), call.Parsed.GetValue(positions)), call.Parsed.GetValue(steps)),
            VerbUses.Recipe);
    }

    private static int Run(VerbCall call, BenchedTraining benched, int steps)
    {
        if (steps < 1)
        {
            throw PanguException.Usage("bench-steps", $"--steps is {steps}; it must be at least 1.");
        }

        var load = benched.Find(call);
        Libtorch.Load(call.Settings.Threads);
        using var model = TorchModel.Create(load.Config, new Seeds(1));
        var objective = ModelFamilies.MeasuredObjective(model, load);
        try
        {
            var speed = TrainingSpeed.Measure(model, objective, new SpeedOptions(load.Optimizer) { StepsPerRound = steps, MicroBatches = load.MicroBatches }, call.Time, call.CancellationToken);
            var flops = load.StepFlops / speed.SecondsPerStep;
            var result = new BenchTrainingResult(
                1, load.Config.ParameterCount(), load.Rows * load.MicroBatches, load.RowTokens, call.Settings.Threads, speed.Steps, 1 / speed.SecondsPerStep, load.StepTokens / speed.SecondsPerStep, flops,
                speed.Products.Libtorch, flops / speed.Products.Libtorch, speed.Products.Own, flops / speed.Products.Own);
            call.Result(result, BenchJson.Default.BenchTrainingResult, text => Write(text, result));
            return 0;
        }
        finally
        {
            (objective as IDisposable)?.Dispose();
        }
    }

    private static void Write(TextWriter text, BenchTrainingResult result)
    {
        var culture = CultureInfo.InvariantCulture;
        text.WriteLine(string.Create(culture, $"model        {result.Parameters / 1e6:F2} M parameters, {result.Rows} x {result.RowTokens} tokens a step, {result.Threads} thread(s)"));
        text.WriteLine(string.Create(culture, $"steps        {result.StepsPerSecond:F2} a second ({1000 / result.StepsPerSecond:F1} ms each, {result.Steps} measured)"));
        text.WriteLine(string.Create(culture, $"tokens       {result.TokensPerSecond:F0} a second"));
        text.WriteLine(string.Create(culture, $"operations   {result.FlopsPerSecond / 1e9:F1} GFLOP/s (forward and backward counted as three forward passes)"));
        text.WriteLine(string.Create(culture, $"matrices     {result.GemmFlopsPerSecond / 1e9:F1} GFLOP/s by libtorch in the same run: training reaches {100 * result.FractionOfGemm:F0} %"));
        text.WriteLine(string.Create(culture, $"             {result.OwnGemmFlopsPerSecond / 1e9:F1} GFLOP/s by our own kernels: training reaches {100 * result.FractionOfOwnGemm:F0} %"));
    }
}

/// <summary>What <c>bench training --json</c> prints. Rates of products of matrices (1024 x 1024, float32) are libtorch's and our own kernels', measured between rounds of steps.</summary>
internal sealed record BenchTrainingResult(
    int Schema, long Parameters, int Rows, int RowTokens, int Threads, int Steps, double StepsPerSecond, double TokensPerSecond, double FlopsPerSecond,
    double GemmFlopsPerSecond, double FractionOfGemm, double OwnGemmFlopsPerSecond, double FractionOfOwnGemm);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BenchTrainingResult))]
internal sealed partial class BenchJson : JsonSerializerContext;
