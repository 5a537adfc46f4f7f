using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>One norm, compiled. Immutable; safe for many callers at once.</summary>
internal abstract class NormStep
{
    /// <summary>Normalises rows; source and target may be the same memory.</summary>
    /// <param name="source">[M, D].</param>
    /// <param name="target">[M, D].</param>
    internal abstract void Run(ReadOnlySpan<float> source, Span<float> target);

    /// <summary>Compiles a norm.</summary>
    /// <param name="norm">The norm; null for none.</param>
    /// <param name="name">Name of its weights.</param>
    /// <param name="weights">All weights.</param>
    /// <returns>The step; null for none.</returns>
    internal static NormStep? Of(Norm? norm, string name, WeightStore weights) => norm?.Accept(new Compiler(name, weights));

    private sealed class Compiler(string name, WeightStore weights) : INormVisitor<NormStep>
    {
        public NormStep Visit(RmsNorm norm) => new RmsStep(weights.Read($"{name}.weight"), (float)norm.Epsilon);

        public NormStep Visit(LayerNorm norm) => new LayerStep(weights.Read($"{name}.weight"), weights.ReadOptional($"{name}.bias"), (float)norm.Epsilon);

        // Running statistics are fixed by now: one factor and one summand a feature.
        public NormStep Visit(BatchNorm norm)
        {
            var (weight, bias) = (weights.Read($"{name}.weight"), weights.Read($"{name}.bias"));
            var (mean, variance) = (weights.Read($"{name}.runningMean"), weights.Read($"{name}.runningVariance"));
            for (var i = 0; i < weight.Length; i++)
            {
                var factor = weight[i] / Math.Sqrt(variance[i] + norm.Epsilon);
                weight[i] = (float)factor;
                bias[i] = (float)(bias[i] - (mean[i] * factor));
            }

            return new AffineStep(weight, bias);
        }
    }

    private sealed class RmsStep(float[] weight, float epsilon) : NormStep
    {
        internal override void Run(ReadOnlySpan<float> source, Span<float> target) => Norms.Rms(source, target, weight, epsilon);
    }

    private sealed class LayerStep(float[] weight, float[] bias, float epsilon) : NormStep
    {
        internal override void Run(ReadOnlySpan<float> source, Span<float> target) => Norms.Layer(source, target, weight, bias, epsilon);
    }

    private sealed class AffineStep(float[] weight, float[] bias) : NormStep
    {
        internal override void Run(ReadOnlySpan<float> source, Span<float> target) => Norms.Affine(source, target, weight, bias);
    }
}
