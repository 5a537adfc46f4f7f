using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>z'_t = z_t + sum over j of kernel_j * z_(t - j), compiled. Immutable; safe for many frames at once.</summary>
internal sealed class ConvolutionStep
{
    private readonly float[] _kernel;
    private readonly int _width;
    private readonly int _trail;

    /// <summary>Compiles a convolution.</summary>
    /// <param name="name">Name of its branch.</param>
    /// <param name="plan">What the body's parts share.</param>
    internal ConvolutionStep(string name, BodyPlan plan)
    {
        _kernel = plan.Weights.Read($"{name}.convolution");
        _width = plan.Weights.Width($"{name}.convolution");
        Reach = (_kernel.Length / _width) - 1;
        _trail = plan.AddTrail(Reach * _width);
    }

    /// <summary>Tokens that it looks back.</summary>
    internal int Reach { get; }

    /// <summary>Convolves in place.</summary>
    /// <param name="rows">[M, D].</param>
    /// <param name="frame">Sizes, and what is kept of the tokens before.</param>
    internal void Run(Span<float> rows, BodyFrame frame)
    {
        var length = frame.Tokens * _width;
        if (frame.Memory is { } memory)
        {
            // The past of these tokens is needed while that of the next ones is made of them.
            var past = memory.Trails[_trail];
            Span<float> before = frame.Scratch.AsSpan(0, past.Length);
            past.CopyTo(before);
            CausalConvolution.Keep(rows, past);
            CausalConvolution.Run(rows, _kernel, before, _width);
            return;
        }

        for (; rows.Length > 0; rows = rows[length..])
        {
            CausalConvolution.Run(rows[..length], _kernel, [], _width);
        }
    }
}
