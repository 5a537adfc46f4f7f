using System.Diagnostics;
using System.Globalization;
using Pangu.Models;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.TrainingStep.Language;

/// <summary>Plain modules, our model on libtorch's operators and our model on our own kernels, in turn in one process; and libtorch's rate of products of matrices beside them.</summary>
internal static class LanguageBenchmark
{
    /// <summary>Runs and prints a Markdown row.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="threads">Threads of every engine.</param>
    /// <param name="rounds">Rounds.</param>
    /// <param name="stepsPerRound">Steps of each in a round.</param>
    /// <param name="processorTime">Whether processor time is told instead of wall time.</param>
    public static void Run(LanguageShape shape, int threads, int rounds, int stepsPerRound, bool processorTime)
    {
        Libtorch.Load(threads);
        var config = shape.Config();
        var tokens = shape.Batch();
        using var plain = new PlainLanguageStep(shape, tokens);
        using var libtorch = new OurLanguageStep(config, tokens, KernelChoice.Libtorch);
        using var own = new OurLanguageStep(config, tokens, KernelChoice.Own);
        using var products = new Products();
        Func<float>[] contestants = [plain.Run, libtorch.Run, own.Run, products.Run];
        var times = contestants.Select(_ => new List<double>()).ToArray();
        for (var round = -3; round < rounds; round++)
        {
            for (var each = 0; each < contestants.Length; each++)
            {
                var time = Time(contestants[each], each == 3 ? 1 : stepsPerRound, processorTime);
                if (round >= 0)
                {
                    times[each].Add(time);
                }
            }
        }

        var gemm = Products.Flops / times[3].Min();
        string Ratio(int each)
        {
            var ratios = times[0].Zip(times[each], (first, second) => first / second).Order().ToList();
            return string.Create(CultureInfo.InvariantCulture, $"{ratios[ratios.Count / 2]:F2} ({ratios[0]:F2}-{ratios[^1]:F2})");
        }

        string Share(int each) => string.Create(CultureInfo.InvariantCulture, $"{100 * shape.StepFlops(config) / Median(times[each]) / gemm:F0} %");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {config.ParameterCount() / 1e6:F2} M, {shape.Rows} x {shape.Positions} tokens, {threads} threads | {1e3 * Median(times[0]):F1} | {1e3 * Median(times[1]):F1} | {1e3 * Median(times[2]):F1} | {Ratio(1)} | {Ratio(2)} | {gemm / 1e9:F0} | {Share(0)}, {Share(1)}, {Share(2)} |"));
    }

    private static double Time(Func<float> step, int steps, bool processorTime)
    {
        using var process = Process.GetCurrentProcess();
        var (watch, used) = (Stopwatch.StartNew(), process.TotalProcessorTime);
        for (var i = 0; i < steps; i++)
        {
            step();
        }

        process.Refresh();
        return (processorTime ? process.TotalProcessorTime - used : watch.Elapsed).TotalSeconds / steps;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>libtorch's product of two matrices of 1024 x 1024.</summary>
    private sealed class Products : IDisposable
    {
        private const int Size = 1024;
        private readonly Tensor _left = rand(Size, Size).DetachFromDisposeScope();
        private readonly Tensor _right = rand(Size, Size).DetachFromDisposeScope();

        public static double Flops => 2.0 * Size * Size * Size;

        public float Run()
        {
            using var scope = new StepScope(gradient: false);
            return NeuralOperators.MatrixProduct(_left, _right).numel();
        }

        public void Dispose()
        {
            _left.Dispose();
            _right.Dispose();
        }
    }
}
