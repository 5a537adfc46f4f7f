using System.Text.Json.Serialization;
using Pangu.Models;
using Pangu.Training;

namespace Pangu.Workshop.Recipes;

/// <summary>How a network of any family learns, in the short form of recipes: AdamW, or Muon for the body's matrices beside it. Budgets are steps, never time.</summary>
public record LearningSettings
{
    /// <summary>Optimizer steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Peak rate of AdamW.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Peak rate of Muon for the matrices of the body; none leaves them to AdamW.</summary>
    public double? MuonLearningRate { get; init; }

    /// <summary>Decoupled weight decay of matrices. Default 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Memory of AdamW's second moment. Default 0.95.</summary>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>Shape of the rate over the steps. Default cosine.</summary>
    public RateShape Schedule { get; init; } = RateShape.Cosine;

    /// <summary>Steps over which the rate rises. Default 0.</summary>
    public int WarmUpSteps { get; init; }

    /// <summary>Share of the steps over which a warm-up-stable-decay schedule falls. Default 0.3.</summary>
    public double DecayShare { get; init; } = 0.3;

    /// <summary>Share of the peak rate at the end. Default 0.</summary>
    public double Floor { get; init; }

    /// <summary>Largest norm of all gradients together. Default 1.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Memory of the running average of the weights, which is what is kept; none keeps the weights themselves.</summary>
    public double? Average { get; init; }

    /// <summary>Share of the parent's weights in the weights that are kept, where there is a parent. Default 0.</summary>
    /// <remarks>Between a general model and one tuned from it may lie models that are better than both, above all on what neither has seen (Wortsman et al. 2022, WiSE-FT).</remarks>
    public double ParentShare { get; init; }

    /// <summary>Micro-batches whose gradients are added up for one step. Default 1.</summary>
    public int MicroBatches { get; init; } = 1;

    /// <summary>Steps from one validation on the choice half to the next; the best weights are kept. None validates never.</summary>
    public int? ValidateEvery { get; init; }

    /// <summary>Validations without a better figure after which training stops; 0 for never. Default 0.</summary>
    public int Patience { get; init; }

    /// <summary>Steps from one checkpoint to the next. Default 100.</summary>
    public int CheckpointEvery { get; init; } = 100;

    /// <summary>What is wrong with these settings in a model.</summary>
    /// <param name="hasParent">Whether the model starts from another.</param>
    /// <returns>Messages that name the setting; empty when they are sound.</returns>
    internal IEnumerable<string> Problems(bool hasParent)
    {
        foreach (var problem in ToOptions().Validate())
        {
            yield return problem;
        }

        if (ParentShare is not (>= 0 and < 1))
        {
            yield return FormattableString.Invariant($"parentShare is {ParentShare}; it must be at least 0 and below 1");
        }

        if (ParentShare != 0 && !hasParent)
        {
            yield return FormattableString.Invariant($"parentShare is {ParentShare}, but the model has no parent");
        }
    }

    /// <summary>The full options that these settings stand for.</summary>
    /// <returns>Options of the trainer.</returns>
    public virtual TrainingOptions ToOptions()
    {
        var warmUp = new WarmUp(WarmUpSteps);
        return new TrainingOptions
        {
            Steps = Steps,
            MicroBatches = MicroBatches,
            Optimizer = new OptimizerOptions
            {
                AdamW = new AdamWOptions(LearningRate) { WeightDecay = WeightDecay, Beta2 = Beta2 },
                Muon = MuonLearningRate is { } rate ? new MuonOptions(rate) { WeightDecay = WeightDecay, Orthogonalisation = new NewtonSchulz { Kernels = KernelChoice.Own } } : null,
            },
            Schedule = Schedule switch
            {
                RateShape.Constant => new ConstantSchedule { WarmUp = warmUp },
                RateShape.WarmUpStableDecay => new WarmUpStableDecaySchedule(Steps - WarmUpSteps - (int)(DecayShare * Steps), (int)(DecayShare * Steps)) { WarmUp = warmUp },
                RateShape.WarmUpStableLinear => new WarmUpStableDecaySchedule(Steps - WarmUpSteps - (int)(DecayShare * Steps), (int)(DecayShare * Steps), DecayShape.Linear, Floor) { WarmUp = warmUp },
                _ => new CosineSchedule(Steps, Floor) { WarmUp = warmUp },
            },
            ClipNorm = ClipNorm,
            Average = Average is { } decay ? new AverageOptions(decay) : null,
            Validation = ValidateEvery is { } every ? new ValidationOptions(every, Patience) : null,
            Checkpoints = new CheckpointOptions(CheckpointEvery),
        };
    }
}

/// <summary>Shape of the learning rate over the steps.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RateShape>))]
public enum RateShape
{
    /// <summary>Falls as half a cosine.</summary>
    [JsonStringEnumMemberName("cosine")] Cosine,

    /// <summary>Stays at the peak.</summary>
    [JsonStringEnumMemberName("constant")] Constant,

    /// <summary>Stays at the peak, then falls to 0.</summary>
    [JsonStringEnumMemberName("warm-up-stable-decay")] WarmUpStableDecay,

    /// <summary>Stays at the peak, then falls to the floor in a straight line.</summary>
    [JsonStringEnumMemberName("warm-up-stable-linear")] WarmUpStableLinear,
}
