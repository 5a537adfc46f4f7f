using System.Diagnostics;
using System.Globalization;
using Pangu.Models;
using Pangu.Numerics;
using Pangu.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.TrainingStep.Language;

/// <summary>What the parts of a step cost, forward and backward: libtorch's operators and our own kernels.</summary>
internal static class PartTimes
{
    /// <summary>Measures and prints a line a part.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="repetitions">Calls that one figure is the mean of; the best of three is told.</param>
    public static void Run(LanguageShape shape, int repetitions)
    {
        var (d, f, v, m) = (shape.Width, 4 * shape.Width, shape.Vocabulary, shape.Rows * shape.Positions);
        using var scope = NewDisposeScope();
        Tensor Weight(params long[] sizes) => Operators.Multiply(randn(sizes), 0.05).detach().requires_grad_(true);
        var x = randn(shape.Rows, shape.Positions, d).requires_grad_(true);
        var joined = randn(shape.Rows, shape.Positions, 3 * d).requires_grad_(true);
        var wide = randn(shape.Rows, shape.Positions, f).requires_grad_(true);
        var (query, key, value, output, up, down, head, norm) = (Weight(d, d), Weight(d, d), Weight(d, d), Weight(d, d), Weight(f, d), Weight(d, f), Weight(v, d), Weight(d));
        var attention = new AttentionShape(shape.Heads, shape.Heads, d / shape.Heads, 0.2f, true, 0);
        var mask = full(shape.Positions, shape.Positions, float.NegativeInfinity).triu(1);
        var targets = randint(0, v, m, dtype: ScalarType.Int64);
        var logits = randn(m, v).requires_grad_(true);
        Console.WriteLine("| part | libtorch forward | backward | own forward | backward |");
        Row("projections", () => NeuralOperators.Linear(x, Operators.Concatenate(0, query, key, value), null), () => KernelOperators.Linear(x, new LinearLayer(query), new LinearLayer(key), new LinearLayer(value)));
        Row("output", () => NeuralOperators.Linear(x, output, null), () => KernelOperators.Linear(x, new LinearLayer(output)));
        Row("feed-forward", () => NeuralOperators.Linear(NeuralOperators.Gelu(NeuralOperators.Linear(x, up, null)), down, null), () => KernelOperators.Dense(x, new DenseLayers(ActivationFunction.Gelu, new LinearLayer(up), new LinearLayer(down))));
        Row("of it GELU", () => NeuralOperators.Gelu(wide), null);
        Row("attention", () => Attend(joined, shape, mask), () => KernelOperators.Attention(joined, attention));
        Row("norm", () => NeuralOperators.LayerNorm(x, norm, null, 1e-5), null);
        Row("sum", () => Operators.Add(x, x), null);
        Row("head", () => NeuralOperators.Linear(x, head, null), () => KernelOperators.Linear(x, new LinearLayer(head)));
        Row("cross-entropy", () => NeuralOperators.CrossEntropy(logits, targets), null);

        foreach (var kernels in (KernelChoice[])[KernelChoice.Libtorch, KernelChoice.Own])
        {
            using var process = Process.GetCurrentProcess();
            double Clock()
            {
                process.Refresh();
                return process.TotalProcessorTime.TotalSeconds;
            }

            using var step = new OurLanguageStep(shape.Config(), shape.Batch(), kernels);
            var pieces = Enumerable.Range(0, 2 * repetitions).Select(_ => step.Pieces(Clock)).Skip(repetitions).ToList();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step, kernels {kernels}: forward {1e3 * pieces.Average(piece => piece.Forward):F2}, backward {1e3 * pieces.Average(piece => piece.Backward):F2}, norm {1e3 * pieces.Average(piece => piece.Norm):F2}, clip and AdamW {1e3 * pieces.Average(piece => piece.Apply):F2}"));
        }

        void Row(string name, Func<Tensor> libtorch, Func<Tensor>? own)
        {
            var (a, b) = (Time(libtorch), own is null ? default : Time(own));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {1e3 * a.Forward:F3} | {1e3 * a.Backward:F3} | {(own is null ? "" : $"{1e3 * b.Forward:F3}")} | {(own is null ? "" : $"{1e3 * b.Backward:F3}")} |"));
        }

        (double Forward, double Backward) Time(Func<Tensor> part)
        {
            var (forward, both) = (double.PositiveInfinity, double.PositiveInfinity);
            Tensor gradient;
            using (NewDisposeScope())
            {
                gradient = ones_like(part()).DetachFromDisposeScope();
            }

            for (var round = 0; round < 4; round++)
            {
                forward = Math.Min(forward, Mean(() => part()));
                both = Math.Min(both, Mean(() => part().backward([gradient])));
            }

            gradient.Dispose();
            return (forward, both - forward);
        }

        double Mean(Action action)
        {
            using var process = Process.GetCurrentProcess();
            var used = process.TotalProcessorTime;
            for (var i = 0; i < repetitions; i++)
            {
                using var step = NewDisposeScope();
                action();
            }

            process.Refresh();
            return (process.TotalProcessorTime - used).TotalSeconds / repetitions;
        }
    }

    private static Tensor Attend(Tensor joined, LanguageShape shape, Tensor mask)
    {
        var parts = joined.view(shape.Rows, shape.Positions, 3, shape.Heads, -1).permute(2, 0, 3, 1, 4).contiguous();
        Tensor Part(int index) => parts.select(0, index).flatten(0, 1);
        var shares = NeuralOperators.Softmax(NeuralOperators.AddBatchedMatrixProduct(mask, Part(0), Part(1).transpose(1, 2)), -1);
        return NeuralOperators.BatchedMatrixProduct(shares, Part(2)).view(shape.Rows, shape.Heads, shape.Positions, -1).transpose(1, 2).flatten(2);
    }
}
