using Pangu.Tensors;
using TorchSharp;

namespace Pangu.Training;

/// <summary>Computes the gradients of one step and applies them.</summary>
internal sealed class StepRunner(TrainingJob job, TrainingState state)
{
    /// <summary>Added to the norm in clipping, as in PyTorch's <c>clip_grad_norm_</c>.</summary>
    private const double ClipEpsilon = 1e-6;

    /// <summary>Adds up the gradients of a step's micro-batches; weights stay as they are.</summary>
    /// <param name="step">The step.</param>
    /// <param name="draw">Its place in the data order.</param>
    public StepGradients Compute(long step, long draw)
    {
        state.Gradients.Zero();
        double sum = 0;
        double weight = 0;
        for (var microBatch = 0; microBatch < job.Options.MicroBatches; microBatch++)
        {
            using var scope = new StepScope();
            torch.manual_seed((long)(job.Seeds.SeedFor($"training/{microBatch}", draw) >> 1)).Dispose();
            var term = job.Objective.Compute(new BatchPlace(draw, microBatch, step));
            sum += term.Sum.ToSingle();
            weight += term.Weight;
            if (!double.IsFinite(sum))
            {
                return new StepGradients(sum, double.NaN, weight);
            }

            if (term.Weight > 0)
            {
                term.Sum.backward();
            }
        }

        return weight > 0 ? new StepGradients(sum / weight, state.Gradients.Norm() / weight, weight) : new StepGradients(0, 0, 0);
    }

    /// <summary>Clips the gradients and moves the weights.</summary>
    /// <param name="step">The step.</param>
    /// <param name="gradients">What <see cref="Compute"/> found.</param>
    public void Apply(long step, StepGradients gradients)
    {
        var clip = job.Options.ClipNorm is { } maximum ? Math.Min(1, maximum / (gradients.Norm + ClipEpsilon)) : 1;
        state.Gradients.Scale(clip / gradients.Weight);
        state.OptimizerStep(job.Options.Schedule.Factor(step));
        state.Average?.Update(step);
    }
}

/// <summary>What a step's micro-batches gave together.</summary>
/// <param name="Loss">Mean over the weights.</param>
/// <param name="Norm">L2 norm of the mean gradient.</param>
/// <param name="Weight">Sum of the weights; the gradient buffers hold the mean gradient times this.</param>
internal readonly record struct StepGradients(double Loss, double Norm, double Weight);
