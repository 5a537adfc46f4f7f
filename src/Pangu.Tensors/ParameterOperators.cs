using Pangu.Tensors.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Tensors;

/// <summary>Operators over many tensors in one call, which is what optimizers need: looping over parameters in C# costs more than the arithmetic of a small model.</summary>
/// <remarks>Call them under <c>no_grad</c>. Numbers are given as scalar tensors where libtorch's interface knows no plain number.</remarks>
public static class ParameterOperators
{
    /// <summary>One step of AdamW on every parameter (Loshchilov and Hutter 2019), fused.</summary>
    /// <param name="parameters">Changed in place.</param>
    /// <param name="gradients">One a parameter.</param>
    /// <param name="averages">First moments; changed in place.</param>
    /// <param name="squareAverages">Second moments; changed in place.</param>
    /// <param name="steps">[] float32 a parameter: this step's number from 1 on (count it up before the call).</param>
    /// <param name="settings">Rates.</param>
    public static void AdamWInPlace(ReadOnlySpan<Tensor> parameters, ReadOnlySpan<Tensor> gradients, ReadOnlySpan<Tensor> averages, ReadOnlySpan<Tensor> squareAverages, ReadOnlySpan<Tensor> steps, AdamWSettings settings)
    {
        var call = new OperatorCall();
        call.Add(parameters);
        call.Add(gradients);
        call.Add(averages);
        call.Add(squareAverages);
        call.Add(ReadOnlySpan<Tensor>.Empty);
        call.Add(steps);
        call.Add(settings.LearningRate);
        call.Add(settings.Beta1);
        call.Add(settings.Beta2);
        call.Add(settings.WeightDecay);
        call.Add(settings.Epsilon);
        call.Add(false);
        call.Add(false);
        call.AddNone();
        call.AddNone();
        call.Effect("aten::_fused_adamw_"u8, ""u8, 0);
    }

    /// <summary>target *= factor, for every target.</summary>
    /// <param name="targets">Changed in place.</param>
    /// <param name="factor">A scalar tensor.</param>
    public static void MultiplyInPlace(ReadOnlySpan<Tensor> targets, Tensor factor)
    {
        var call = new OperatorCall();
        call.Add(targets);
        call.Add(factor);
        call.Effect("aten::_foreach_mul_"u8, "Tensor"u8, 0);
    }

    /// <summary>target += weight * (end - target), for every pair: an exponential average of a model.</summary>
    /// <param name="targets">Changed in place.</param>
    /// <param name="ends">Where they move to.</param>
    /// <param name="weights">A tensor a pair, a scalar or of its shape.</param>
    public static void LerpInPlace(ReadOnlySpan<Tensor> targets, ReadOnlySpan<Tensor> ends, ReadOnlySpan<Tensor> weights)
    {
        var call = new OperatorCall();
        call.Add(targets);
        call.Add(ends);
        call.Add(weights);
        call.Effect("aten::_foreach_lerp_"u8, "List"u8, 0);
    }

    /// <summary>target = source, for every pair.</summary>
    /// <param name="targets">Changed in place.</param>
    /// <param name="sources">Of the same shapes.</param>
    public static void CopyInPlace(ReadOnlySpan<Tensor> targets, ReadOnlySpan<Tensor> sources)
    {
        var call = new OperatorCall();
        call.Add(targets);
        call.Add(sources);
        call.Add(false);
        call.Effect("aten::_foreach_copy_"u8, ""u8, 0);
    }

    /// <summary>Sets every target to 0.</summary>
    /// <param name="targets">Changed in place.</param>
    public static void ZeroInPlace(ReadOnlySpan<Tensor> targets)
    {
        var call = new OperatorCall();
        call.Add(targets);
        call.Effect("aten::_foreach_zero_"u8, ""u8, 0);
    }

    /// <summary>The square root of the sum of all squares.</summary>
    /// <param name="tensors">At least one, dense.</param>
    /// <returns>A scalar tensor.</returns>
    public static Tensor Norm(ReadOnlySpan<Tensor> tensors)
    {
        using var scope = NewDisposeScope();
        var norms = new Tensor[tensors.Length];
        for (var index = 0; index < tensors.Length; index++)
        {
            norms[index] = tensors[index].norm();
        }

        return Operators.Stack(0, norms).norm().MoveToOuterDisposeScope();
    }
}

/// <summary>Rates of one AdamW step.</summary>
/// <param name="LearningRate">Step size.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="WeightDecay">Share of the weight taken off, times the learning rate.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
public sealed record AdamWSettings(double LearningRate, double Beta1, double Beta2, double WeightDecay, double Epsilon);
