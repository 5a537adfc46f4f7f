using Pangu.Core;
using Pangu.Training;
using Pangu.Workshop.Plans;

namespace Pangu.Workshop.Stages;

/// <summary>A stage that trains a network, as far as the speed of its steps depends on it (<c>pangu bench training</c>).</summary>
public interface ITrainingStage
{
    /// <summary>What a step of the training works on.</summary>
    /// <param name="calibration">As for a plan.</param>
    /// <returns>Network and sizes.</returns>
    TrainingLoad LoadOf(Calibration calibration);
}

/// <summary>What a step of a training works on.</summary>
/// <param name="Config">The network.</param>
/// <param name="Rows">Rows of a micro-batch.</param>
/// <param name="RowTokens">Tokens of a row that pass through the body.</param>
/// <param name="Optimizer">What moves the weights.</param>
public sealed record TrainingLoad(ModelConfig Config, int Rows, int RowTokens, OptimizerOptions Optimizer)
{
    /// <summary>Micro-batches a step. Default 1.</summary>
    public int MicroBatches { get; init; } = 1;

    /// <summary>Tokens of a step.</summary>
    public long StepTokens => (long)MicroBatches * Rows * RowTokens;

    /// <summary>Floating-point operations of a step.</summary>
    public double StepFlops => MicroBatches * Rows * Config.TrainingFlops(RowTokens);
}
