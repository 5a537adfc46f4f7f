using Pangu.Core;
using Pangu.Models;
using Pangu.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.TrainingStep;

/// <summary>Sizes of the model and its batch.</summary>
internal sealed record Shape(int Batch, int Context, int Patch, int Horizon, int Width, int Layers, int Heads, int FeedForward, int Quantiles, bool RmsNorm)
{
    public int FutureTokens => Horizon / Patch;

    public int Tokens => (Context / Patch) + FutureTokens;

    public int Outputs => 1 + Quantiles;

    public IReadOnlyList<double> Levels => [.. Enumerable.Range(1, Quantiles).Select(level => (double)level / (Quantiles + 1))];
}

/// <summary>One fixed batch, the same for both.</summary>
internal sealed class Batch : IDisposable
{
    public Batch(Shape shape)
    {
        var stream = new Seeds(1).For("batch");
        float[] Normal(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)stream.NextGaussian())];
        Values = Operators.Of(Normal(shape.Batch * shape.Context), shape.Batch, shape.Context).DetachFromDisposeScope();
        Observed = ones_like(Values).DetachFromDisposeScope();
        Target = Operators.Of(Normal(shape.Batch * shape.Horizon), shape.Batch, shape.Horizon, 1).DetachFromDisposeScope();
        Levels = Operators.Of([.. shape.Levels.Select(level => (float)level)], shape.Quantiles).DetachFromDisposeScope();
    }

    public Tensor Values { get; }

    public Tensor Observed { get; }

    public Tensor Target { get; }

    public Tensor Levels { get; }

    /// <summary>Squared error of the mean plus pinball losses of the quantiles.</summary>
    public Tensor Loss(Tensor steps)
    {
        var error = Target - steps;
        var mean = error.narrow(-1, 0, 1).square().mean();
        var quantiles = error.narrow(-1, 1, Levels.size(0));
        return mean + maximum(quantiles * Levels, quantiles * (Levels - 1)).mean();
    }

    public void Dispose()
    {
        Values.Dispose();
        Observed.Dispose();
        Target.Dispose();
        Levels.Dispose();
    }
}

/// <summary>A step of the plain model.</summary>
internal sealed class PlainStep : IDisposable
{
    private readonly PlainModel _model;
    private readonly optim.Optimizer _optimizer;
    private readonly Batch _batch;

    public PlainStep(Shape shape, Batch batch)
    {
        _batch = batch;
        _model = new PlainModel(shape);
        _optimizer = optim.AdamW(_model.parameters(), 1e-3);
    }

    public float Run()
    {
        using var scope = NewDisposeScope();
        _optimizer.zero_grad();
        var loss = _batch.Loss(_model.forward(_batch.Values, _batch.Observed));
        loss.backward();
        _optimizer.step();
        return loss.ToSingle();
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _model.Dispose();
    }
}

/// <summary>A step of ours.</summary>
internal sealed class OurStep : IDisposable
{
    private readonly TorchModel _model;
    private readonly SeriesNetwork _network;
    private readonly Batch _batch;
    private readonly Tensor[] _parameters;
    private readonly Tensor[] _gradients;
    private readonly Tensor[] _averages;
    private readonly Tensor[] _squares;
    private readonly Tensor[] _steps;
    private readonly AdamWSettings _settings = new(1e-3, 0.9, 0.999, 0.01, 1e-8);

    public OurStep(Shape shape, Batch batch)
    {
        _batch = batch;
        _model = TorchModel.Create(Config(shape), new Seeds(1));
        _network = new SeriesNetwork(_model);
        _parameters = [.. _model.Parameters.Values];
        Tensor[] Zeros() => [.. _parameters.Select(parameter => zeros(parameter.shape).DetachFromDisposeScope())];
        (_gradients, _averages, _squares) = (Zeros(), Zeros(), Zeros());
        var step = zeros([]).DetachFromDisposeScope();
        _steps = [.. _parameters.Select(_ => step)];
        for (var index = 0; index < _parameters.Length; index++)
        {
            _parameters[index].grad = _gradients[index];
        }
    }

    public float Run()
    {
        using var scope = new StepScope();
        _model.StartTraining(new TrainingMode(new Seeds(1)) { Kernels = KernelChoice.Own });
        ParameterOperators.ZeroInPlace(_gradients);
        var loss = _batch.Loss(_network.ForwardScaled(_batch.Values.unsqueeze(1), _batch.Observed.unsqueeze(1)).Steps);
        loss.backward();
        using var frozen = no_grad();
        Operators.Data(_steps[0])[0]++;
        ParameterOperators.AdamWInPlace(_parameters, _gradients, _averages, _squares, _steps, _settings);
        _model.StopTraining(); // The plain model's step runs on all of libtorch's threads.
        return loss.ToSingle();
    }

    public void Dispose()
    {
        _model.Dispose();
        foreach (var tensor in (Tensor[])[.. _gradients, .. _averages, .. _squares, _steps[0]])
        {
            tensor.Dispose();
        }
    }

    private static ModelConfig Config(Shape shape)
    {
        Norm norm = shape.RmsNorm ? new RmsNorm { Epsilon = 1e-6 } : new LayerNorm { Epsilon = 1e-6 };
        var attention = new Attention { QueryHeads = shape.Heads, HeadWidth = shape.Width / shape.Heads, Scope = new FullScope() };
        var dense = new Dense { Inner = shape.FeedForward, Activation = ActivationKind.Gelu };
        return new ModelConfig(
            new SeriesEmbedder { Width = shape.Width, Context = shape.Context, PatchLength = shape.Patch, PatchStride = shape.Patch, Scaling = new StandardScaling(1e-5), ObservedFlags = true, FutureTokens = shape.FutureTokens },
            new Backbone([new Blocks(shape.Width, shape.Layers, [new Block([new Branch(attention, norm), new Branch(dense, norm)])])], norm),
            new ForecastHead { Horizon = shape.Horizon, Quantiles = shape.Levels, Output = new PatchOutput() });
    }
}
