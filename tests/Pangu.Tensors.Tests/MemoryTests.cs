using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Tensors.Tests;

public sealed class MemoryTests
{
    [Fact]
    public void StepScope_500TrainingSteps_LeaveNoTensorsBehind()
    {
        using var net = new SmallNet();
        net.Steps(20);
        var tensors = StepScope.LiveTensors;
        var bytes = Environment.WorkingSet;

        net.Steps(500);

        Assert.Equal(tensors, StepScope.LiveTensors);
        // One step makes about 0.3 MB of tensors: 500 leaked ones would be 150 MB.
        Assert.InRange(Environment.WorkingSet - bytes, long.MinValue, 75L << 20);
    }

    [Fact]
    public void Training_TheSameTwice_IsBitIdentical()
    {
        using var first = new SmallNet();
        using var second = new SmallNet();
        first.Steps(30);
        second.Steps(30);
        Assert.Equal(first.Weights(), second.Weights());
    }

    [Fact]
    public void Training_WhileAnotherThreadAllocatesAndCollects_IsBitIdentical()
    {
        using var calm = new SmallNet();
        calm.Steps(300);
        using var stop = new CancellationTokenSource();
        var collections = GC.CollectionCount(0);
        var noise = new Thread(() => Allocate(stop.Token));
        noise.Start();
        using var stressed = new SmallNet();
        stressed.Steps(300);
        stop.Cancel();
        noise.Join();

        Assert.True(GC.CollectionCount(0) > collections, "No collection happened, so nothing was shown.");
        Assert.Equal(calm.Weights(), stressed.Weights());
    }

    private static void Allocate(CancellationToken stop)
    {
        var kept = new object?[64];
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            kept[i % kept.Length] = new byte[40_000 + (i % 3 * 50_000)];
        }
    }

    /// <summary>Two linear layers with a norm and AdamW, all through our own operators.</summary>
    private sealed class SmallNet : IDisposable
    {
        private const int Width = 64;
        private const int Rows = 100;
        private readonly DisposeScope _scope = NewDisposeScope();
        private readonly Tensor _input;
        private readonly Tensor[] _weights;
        private readonly Tensor[] _averages;
        private readonly Tensor[] _squares;
        private readonly Tensor[] _steps;
        private readonly AdamWSettings _settings = new(1e-3, 0.9, 0.99, 0.01, 1e-8);

        public SmallNet()
        {
            _input = Operators.Of([.. Enumerable.Range(0, Rows * Width).Select(i => MathF.Sin(i * 0.713f))], Rows, Width);
            _weights = [.. Enumerable.Range(0, 2).Select(seed => Operators.Of([.. Enumerable.Range(0, Width * Width).Select(i => MathF.Cos((i * 1.31f) + seed) / 8)], Width, Width).requires_grad_()), ones(Width).requires_grad_()];
            _averages = [.. _weights.Select(weight => zeros(weight.shape))];
            _squares = [.. _weights.Select(weight => zeros(weight.shape))];
            _steps = [.. _weights.Select(_ => zeros([]))];
        }

        public void Steps(int count)
        {
            for (var step = 0; step < count; step++)
            {
                using var scope = new StepScope();
                var h = NeuralOperators.RmsNorm(NeuralOperators.Linear(_input, _weights[0], null), _weights[2], 1e-5);
                var y = NeuralOperators.Linear(NeuralOperators.Softmax(NeuralOperators.Gelu(h), -1), _weights[1], null);
                var error = Operators.Add(y, _input, -1);
                var loss = Operators.Multiply(error, error).mean();
                loss.backward();
                using var frozen = no_grad();
                Tensor[] gradients = [.. _weights.Select(weight => weight.grad!)];
                foreach (var counter in _steps)
                {
                    Operators.AddInPlace(counter, ones([]));
                }

                ParameterOperators.AdamWInPlace(_weights, gradients, _averages, _squares, _steps, _settings);
                ParameterOperators.ZeroInPlace(gradients);
            }
        }

        public float[] Weights() => [.. _weights.SelectMany(Operators.ToArray)];

        public void Dispose() => _scope.Dispose();
    }
}
