using Pangu.Core;
using Pangu.Data;
using Pangu.Models;
using Pangu.Tensors;
using Pangu.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.TrainingStep.Language;

/// <summary>Sizes of the model and its batch.</summary>
internal sealed record LanguageShape(int Rows, int Positions, int Width, int Layers, int Heads, int Vocabulary)
{
    /// <summary>FLOPs of forward and backward over one batch: three times those of the forward pass.</summary>
    public double StepFlops(ModelConfig config) => 3 * Rows * config.ForwardFlops(Positions);

    /// <summary>One fixed batch, the same for all.</summary>
    public ITokenBatches Batch() => new RandomTokens(new TokenBatchShape(Rows, Positions), Vocabulary, new Seeds(1));

    /// <summary>The same model as <see cref="PlainLanguageModel"/>.</summary>
    public ModelConfig Config()
    {
        var norm = new LayerNorm { Epsilon = 1e-5, Bias = false };
        var attention = new Attention { QueryHeads = Heads, HeadWidth = Width / Heads, Scope = new CausalScope() };
        var dense = new Dense { Inner = 4 * Width, Activation = ActivationKind.Gelu };
        return new ModelConfig(
            new TokenEmbedder { Width = Width, Vocabulary = Vocabulary, Positions = Positions },
            new Backbone([new Blocks(Width, Layers, [new Block([new Branch(attention, norm), new Branch(dense, norm)])])], norm),
            new NextTokenHead { Tied = true });
    }
}

/// <summary>A step of the plain model, as nanoGPT takes it: gradients clipped to a norm of 1, AdamW.</summary>
internal sealed class PlainLanguageStep : IDisposable
{
    private readonly PlainLanguageModel _model;
    private readonly optim.Optimizer _optimizer;
    private readonly ITokenBatches _batches;

    public PlainLanguageStep(LanguageShape shape, ITokenBatches batches)
    {
        _batches = batches;
        _model = new PlainLanguageModel(shape);
        _optimizer = optim.AdamW(_model.parameters(), 1e-3, 0.9, 0.99, weight_decay: 0.1);
    }

    public float Run()
    {
        using var scope = NewDisposeScope();
        var batch = _batches.Get(0, 0);
        _optimizer.zero_grad();
        var logits = _model.forward(tensor(batch.Ids).view(batch.Shape.Rows, batch.Shape.Positions));
        var loss = nn.functional.cross_entropy(logits.view(batch.Shape.Tokens, -1), tensor(batch.Targets));
        loss.backward();
        nn.utils.clip_grad_norm_(_model.parameters(), 1);
        _optimizer.step();
        return loss.ToSingle();
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _model.Dispose();
    }
}

/// <summary>Steps of ours: the trainer as a recipe runs it, a step at a time.</summary>
internal sealed class OurLanguageStep : IDisposable
{
    private readonly TorchModel _model;
    private readonly TrainingState _state;
    private readonly StepRunner _runner;
    private readonly IObjective _objective;
    private long _step;

    public OurLanguageStep(ModelConfig config, ITokenBatches batches, KernelChoice kernels)
    {
        _model = TorchModel.Create(config, new Seeds(1));
        var job = new TrainingJob
        {
            Work = "benchmark",
            Identity = "benchmark",
            Options = new TrainingOptions
            {
                Steps = 1_000_000,
                Optimizer = new OptimizerOptions { AdamW = new AdamWOptions(1e-3) { Beta2 = 0.99, WeightDecay = 0.1 } },
                Schedule = new ConstantSchedule(),
                Guard = new GuardOptions { SpikeFactor = null },
            },
            Weights = TrainableWeights.Of(_model),
            Objective = new NextTokenObjective(new TokenNetwork(_model), batches, new NextTokenOptions { Kernels = kernels }, new Seeds(1)),
            Seeds = new Seeds(1),
        };
        _objective = job.Objective;
        _objective.SetTraining(true);
        _state = new TrainingState(job, job.Identity);
        _runner = new StepRunner(job, _state);
    }

    public float Run()
    {
        var gradients = _runner.Compute(_step, _step);
        _runner.Apply(_step++, gradients);
        return (float)gradients.Loss;
    }

    /// <summary>Seconds of forward pass, backward pass, norm of the gradients, and clipping with AdamW.</summary>
    /// <param name="clock">The clock.</param>
    public (double Forward, double Backward, double Norm, double Apply) Pieces(Func<double> clock)
    {
        _state.Gradients.Zero();
        var began = clock();
        double loss, forward, backward;
        using (new StepScope())
        {
            var term = _objective.Compute(new BatchPlace(_step, 0, _step));
            loss = term.Sum.ToSingle() / term.Weight;
            forward = clock();
            term.Sum.backward();
            backward = clock();
        }

        var gradients = new StepGradients(loss, _state.Gradients.Norm() / 768, 768);
        var norm = clock();
        _runner.Apply(_step++, gradients);
        return (forward - began, backward - forward, norm - backward, clock() - norm);
    }

    public void Dispose()
    {
        _state.Dispose();
        _model.Dispose();
    }
}
