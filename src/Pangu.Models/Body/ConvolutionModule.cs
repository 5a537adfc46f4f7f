using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>A short causal convolution of a branch's input, each column by itself: z_t + sum over j of w_j z_(t - j).</summary>
/// <param name="weight">[L, D].</param>
internal sealed class ConvolutionModule(Tensor weight)
{
    /// <summary>Convolves.</summary>
    /// <param name="z">[N, T, D].</param>
    /// <param name="pass">The forward pass.</param>
    /// <returns>[N, T, D].</returns>
    public Tensor Forward(Tensor z, ForwardPass pass)
    {
        if (pass.UsesKernels)
        {
            return KernelOperators.Convolution(z, weight, pass.Packed?.FirstSeen);
        }

        var (tokens, factors) = (z.size(1), pass.Cast(weight));
        var padded = Operators.Concatenate(1, zeros([z.size(0), weight.size(0) - 1, z.size(2)], dtype: z.dtype), z);
        var sum = z;
        for (var back = 0; back < weight.size(0); back++)
        {
            var earlier = padded.narrow(1, weight.size(0) - 1 - back, tokens);
            if (back > 0 && pass.Packed is { } packed)
            {
                earlier = Operators.Multiply(earlier, pass.Cast(packed.Within(back)));
            }

            sum = Operators.AddProduct(sum, earlier, factors.select(0, back));
        }

        return sum;
    }
}
