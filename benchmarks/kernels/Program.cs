// Kernels of the torch-free engine beside the framework's TensorPrimitives, one thread, arrays that fit the second-level cache.
//
//   dotnet run -c Release --project benchmarks/kernels
//
// Both take turns; the figure is the median of 5 rounds of processor time. Prints Markdown.
using System.Globalization;
using System.Numerics.Tensors;
using Pangu.Core;
using Pangu.Numerics;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Rows = 152;
const int Width = 64;
const int Inner = 256;
var random = new Seeds(1).For("kernels");
var x = Gaussian(Rows * Inner);
var weights = Gaussian(Inner * Width);
var bias = Gaussian(Inner);
var target = new float[Rows * Inner];
var memory = new float[Rows * Inner];
var layer = new PackedLinear(weights, bias, Inner, Width);

Console.WriteLine("| kernel | size | ours, microseconds | TensorPrimitives, microseconds | gain |");
Console.WriteLine("|---|---|---|---|---|");
Compare("linear layer", $"{Rows} x {Width} to {Inner}", () => layer.Multiply(x.AsSpan(0, Rows * Width), target, Rows), () =>
{
    for (var row = 0; row < Rows; row++)
    {
        for (var output = 0; output < Inner; output++)
        {
            target[(row * Inner) + output] = bias[output] + TensorPrimitives.Dot(x.AsSpan(row * Width, Width), weights.AsSpan(output * Width, Width));
        }
    }
});
Compare("softmax of rows", $"{Rows} x {Width}", () => Softmax.Rows(Fresh(Rows * Width), Width), () =>
{
    var numbers = Fresh(Rows * Width);
    for (var row = 0; row < Rows; row++)
    {
        TensorPrimitives.SoftMax(numbers.Slice(row * Width, Width), numbers.Slice(row * Width, Width));
    }
});
Compare("SiLU", $"{Rows * Inner}", () => Activations.Silu(Fresh(Rows * Inner)), () =>
{
    var numbers = Fresh(Rows * Inner);
    TensorPrimitives.Sigmoid(numbers, memory);
    TensorPrimitives.Multiply(numbers, memory, numbers);
});
Compare("GELU, erf (beside SiLU there)", $"{Rows * Inner}", () => Activations.Gelu(Fresh(Rows * Inner)), () =>
{
    var numbers = Fresh(Rows * Inner);
    TensorPrimitives.Sigmoid(numbers, memory);
    TensorPrimitives.Multiply(numbers, memory, numbers);
});
Compare("GELU, tanh", $"{Rows * Inner}", () => Activations.GeluTanh(Fresh(Rows * Inner)), () =>
{
    var numbers = Fresh(Rows * Inner);
    TensorPrimitives.Multiply(numbers, numbers, memory);
    TensorPrimitives.Multiply(memory, 0.044715f, memory);
    TensorPrimitives.Add(memory, 1f, memory);
    TensorPrimitives.Multiply(memory, numbers, memory);
    TensorPrimitives.Multiply(memory, 0.79788456f, memory);
    TensorPrimitives.Tanh(memory, memory);
    TensorPrimitives.AddMultiply(memory, 1f, numbers, numbers);
    TensorPrimitives.Multiply(numbers, 0.5f, numbers);
});
Compare("RMS norm of rows", $"{Rows} x {Width}", () => Norms.Rms(x.AsSpan(0, Rows * Width), target.AsSpan(0, Rows * Width), bias.AsSpan(0, Width), 1e-6f), () =>
{
    for (var row = 0; row < Rows; row++)
    {
        var source = x.AsSpan(row * Width, Width);
        var factor = 1 / MathF.Sqrt((TensorPrimitives.SumOfSquares(source) / Width) + 1e-6f);
        TensorPrimitives.Multiply(source, factor, target.AsSpan(row * Width, Width));
        TensorPrimitives.Multiply(target.AsSpan(row * Width, Width), bias.AsSpan(0, Width), target.AsSpan(row * Width, Width));
    }
});
var sum = 0f;
Compare("dot", $"{Rows * Inner}", () => sum += Reductions.Dot(x, memory), () => sum += TensorPrimitives.Dot(x, memory));
Compare("axpy", $"{Rows * Inner}", () => Elementwise.AddScaled(x, 1e-6f, target), () => TensorPrimitives.MultiplyAdd(x, 1e-6f, target, target));
return float.IsNaN(sum) ? 1 : 0;

float[] Gaussian(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.NextGaussian())];

Span<float> Fresh(int count)
{
    x.AsSpan(0, count).CopyTo(target);
    return target.AsSpan(0, count);
}

static void Compare(string kernel, string size, Action ours, Action theirs)
{
    List<double> oursTimes = [];
    List<double> theirsTimes = [];

    // The framework's code is compiled anew in the background once it has been called often enough; ours is compiled whole at once.
    for (var warmUp = 0; warmUp < 4; warmUp++)
    {
        for (var i = 0; i < 60; i++)
        {
            ours();
            theirs();
        }

        Thread.Sleep(300);
    }

    for (var round = 0; round < 8; round++)
    {
        var (first, second) = (Microseconds(ours), Microseconds(theirs));
        if (round > 2)
        {
            oursTimes.Add(first);
            theirsTimes.Add(second);
        }
    }

    oursTimes.Sort();
    theirsTimes.Sort();
    var (a, b) = (oursTimes[2], theirsTimes[2]);
    Console.WriteLine($"| {kernel} | {size} | {a:F1} | {b:F1} | {b / a:F2} |");
}

static double Microseconds(Action action)
{
    var calls = 0;
    var start = Environment.CpuUsage.TotalTime;
    TimeSpan spent;
    do
    {
        for (var i = 0; i < 10; i++)
        {
            action();
        }

        calls += 10;
        spent = Environment.CpuUsage.TotalTime - start;
    }
    while (spent.TotalMilliseconds < 15);
    return spent.TotalMicroseconds / calls;
}
