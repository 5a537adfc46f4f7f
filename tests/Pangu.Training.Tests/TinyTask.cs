using Pangu.Core;
using Pangu.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Training.Tests;

/// <summary>A two-layer network with dropout and a running statistic that learns a fixed function: small enough for hundreds of steps a second.</summary>
internal sealed class TinyTask : IObjective, IDisposable
{
    public const int Rows = 16;
    private const int Inputs = 4;
    private const int Width = 8;
    private const int Inner = 16;

    private readonly Seeds _seeds;
    private bool _isTraining;

    public TinyTask(ulong seed = 5)
    {
        _seeds = new Seeds(seed);
        Add("embedder.patch.weight", 0.5, Width, Inputs);
        Add("embedder.patch.bias", 0, Width);
        Add("stages.0.blocks.0.branches.0.up.weight", 0.35, Inner, Width);
        Add("stages.0.blocks.0.branches.0.down.weight", 0.25, Width, Inner);
        Add("stages.0.blocks.1.branches.0.query.weight", 0.35, Width, Width);
        Add("head.projection.weight", 0.35, 1, Width);
        Statistics["running"] = zeros(Width).DetachFromDisposeScope();
    }

    public Dictionary<string, Tensor> Parameters { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Tensor> Statistics { get; } = new(StringComparer.Ordinal);

    public TrainableWeights Weights => new(Parameters, Statistics);

    public double Dropout { get; init; } = 0.1;

    /// <summary>Factor of the targets at a place of the data order: how failures are injected.</summary>
    public Func<BatchPlace, double> TargetFactor { get; init; } = _ => 1;

    /// <summary>Weight of a micro-batch's samples.</summary>
    public Func<BatchPlace, double> SampleWeight { get; init; } = _ => 1;

    /// <summary>Called before each micro-batch.</summary>
    public Action<BatchPlace> Before { get; init; } = _ => { };

    /// <summary>Place in the data order that a place reads: lets a reference run leave data out by itself.</summary>
    public Func<long, long> Redirect { get; init; } = draw => draw;

    public void SetTraining(bool training) => _isTraining = training;

    public LossTerm Compute(BatchPlace place)
    {
        Before(place);
        var weight = SampleWeight(place);
        var redirected = place with { Draw = Redirect(place.Draw) };
        var random = _seeds.For($"tiny/{redirected.MicroBatch}", redirected.Draw);
        var error = Error(random, (float)TargetFactor(redirected));
        return new LossTerm(Operators.Multiply(Operators.Multiply(error, error).sum(), weight), weight * Rows);
    }

    public double Evaluate()
    {
        using var scope = new StepScope(gradient: false);
        var error = Error(new RandomStream(99), 1);
        return Operators.Multiply(error, error).mean().ToSingle();
    }

    public Dictionary<string, float[]> Numbers() => Parameters.Concat(Statistics).ToDictionary(pair => pair.Key, pair => Operators.ToArray(pair.Value), StringComparer.Ordinal);

    public void Dispose()
    {
        foreach (var tensor in Parameters.Values.Concat(Statistics.Values))
        {
            tensor.Dispose();
        }
    }

    private Tensor Error(RandomStream random, float factor)
    {
        var inputs = new float[Rows * Inputs];
        var targets = new float[Rows];
        for (var row = 0; row < Rows; row++)
        {
            for (var i = 0; i < Inputs; i++)
            {
                inputs[(row * Inputs) + i] = (float)random.NextGaussian();
            }

            targets[row] = factor * (MathF.Sin(inputs[row * Inputs]) + (0.5f * inputs[(row * Inputs) + 1]));
        }

        var h = nn.functional.relu(NeuralOperators.Linear(Operators.Of(inputs, Rows, Inputs), Parameters["embedder.patch.weight"], Parameters["embedder.patch.bias"]));
        if (_isTraining)
        {
            h = nn.functional.dropout(h, Dropout, training: true);
            using var frozen = no_grad();
            ParameterOperators.LerpInPlace([Statistics["running"]], [h.mean([0])], [tensor(0.1f)]);
        }

        var up = nn.functional.relu(NeuralOperators.Linear(h, Parameters["stages.0.blocks.0.branches.0.up.weight"], null));
        h = Operators.Add(h, NeuralOperators.Linear(up, Parameters["stages.0.blocks.0.branches.0.down.weight"], null));
        h = Operators.Add(h, NeuralOperators.Linear(h, Parameters["stages.0.blocks.1.branches.0.query.weight"], null));
        return Operators.Add(NeuralOperators.Linear(h, Parameters["head.projection.weight"], null).flatten(), Operators.Of(targets, Rows), -1);
    }

    private void Add(string name, double deviation, params long[] shape)
    {
        var random = _seeds.For(name);
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        foreach (ref var value in values.AsSpan())
        {
            value = (float)(deviation * random.NextGaussian());
        }

        Parameters.Add(name, Operators.Of(values, shape).requires_grad_(true).DetachFromDisposeScope());
    }
}
