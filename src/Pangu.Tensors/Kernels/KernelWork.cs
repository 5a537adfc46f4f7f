using Pangu.Numerics;
using static TorchSharp.torch;

namespace Pangu.Tensors.Kernels;

/// <summary>Calls kernels on the memory of dense float32 tensors. Nothing here is recorded for differentiation.</summary>
internal static unsafe class KernelWork
{
    /// <summary>y = the layers' results side by side.</summary>
    /// <param name="x">[..., in].</param>
    /// <param name="layers">At least one.</param>
    /// <param name="y">[..., sum of outs]; replaced.</param>
    public static void Linear(Tensor x, ReadOnlySpan<LinearLayer> layers, Tensor y)
    {
        var kernels = Libtorch.Kernels;
        lock (kernels.Gate)
        {
            var (from, to) = (View(x), View(y));
            var column = 0;
            foreach (var layer in layers)
            {
                var weight = View(layer.Weight);
                kernels.Product.Run(from, weight.Transposed, to.ColumnsFrom(column, weight.Rows), layer.Bias is null ? null : Operators.Pointer(layer.Bias));
                column += weight.Rows;
            }
        }
    }

    /// <summary>The gradients of linear layers over one input.</summary>
    /// <param name="x">[..., in].</param>
    /// <param name="weights">Each [out, in].</param>
    /// <param name="gradient">That of their results side by side, [..., sum of outs].</param>
    /// <param name="inputGradient">[..., in]; receives that of x.</param>
    /// <param name="weightGradient">[sum of outs, in], the layers' one below the other; replaced.</param>
    /// <param name="add">Whether the input's gradient is added to.</param>
    public static void LinearBackward(Tensor x, ReadOnlySpan<Tensor> weights, Tensor gradient, Tensor inputGradient, Tensor weightGradient, bool add = false)
    {
        var kernels = Libtorch.Kernels;
        lock (kernels.Gate)
        {
            var (outputs, input) = (View(gradient), View(inputGradient));
            var column = 0;
            foreach (var weight in weights)
            {
                var layer = View(weight);
                kernels.Product.Run(outputs.ColumnsFrom(column, layer.Rows), layer, input, add: add || column > 0);
                column += layer.Rows;
            }

            kernels.Product.Run(outputs.Transposed, View(x), View(weightGradient));
        }
    }

    /// <summary>The sums of some columns, which is the gradient of a bias.</summary>
    /// <param name="gradient">[..., columns].</param>
    /// <param name="column">First column.</param>
    /// <param name="count">Number of columns.</param>
    /// <returns>[count].</returns>
    public static Tensor ColumnSums(Tensor gradient, int column, int count)
    {
        using var scope = NewDisposeScope();
        return gradient.flatten(0, -2).narrow(-1, column, count).sum(dim: 0).MoveToOuterDisposeScope();
    }

    /// <summary>result = f(x), or f(x) up.</summary>
    /// <param name="function">f.</param>
    /// <param name="x">Any shape.</param>
    /// <param name="up">As x; null for none.</param>
    /// <param name="result">As x; replaced.</param>
    public static void Activate(ActivationFunction function, Tensor x, Tensor? up, Tensor result)
    {
        var kernels = Libtorch.Kernels;
        lock (kernels.Gate)
        {
            var (from, factor, to) = ((nint)Operators.Pointer(x), up is null ? 0 : (nint)Operators.Pointer(up), (nint)Operators.Pointer(result));
            kernels.Share(checked((int)x.numel()), (start, count) =>
            {
                if (factor == 0)
                {
                    ActivationGradients.Forward(function, (float*)from + start, (float*)to + start, count);
                }
                else
                {
                    ActivationGradients.GatedForward(function, (float*)from + start, (float*)factor + start, (float*)to + start, count);
                }
            });
        }
    }

    /// <summary>Gradients of what <see cref="Activate"/> does.</summary>
    /// <param name="function">f.</param>
    /// <param name="x">As there.</param>
    /// <param name="up">As there.</param>
    /// <param name="gradient">That of the result; becomes that of x.</param>
    /// <param name="upGradient">Receives that of up; not used where there is none.</param>
    public static void ActivateBackward(ActivationFunction function, Tensor x, Tensor? up, Tensor gradient, Tensor upGradient)
    {
        var kernels = Libtorch.Kernels;
        lock (kernels.Gate)
        {
            var (from, factor, to, other) = ((nint)Operators.Pointer(x), up is null ? 0 : (nint)Operators.Pointer(up), (nint)Operators.Pointer(gradient), (nint)Operators.Pointer(upGradient));
            kernels.Share(checked((int)x.numel()), (start, count) =>
            {
                if (factor == 0)
                {
                    ActivationGradients.Backward(function, (float*)from + start, (float*)to + start, count);
                }
                else
                {
                    ActivationGradients.GatedBackward(function, (float*)from + start, (float*)factor + start, (float*)to + start, (float*)other + start, count);
                }
            });
        }
    }

    /// <summary>Attention forward.</summary>
    /// <param name="projections">[N, T, (H + 2 K) E].</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="firstSeen">[N, T]; null where all see from the first.</param>
    /// <param name="output">[N, T, H E]; replaced.</param>
    public static void Attention(Tensor projections, AttentionShape shape, int[]? firstSeen, Tensor output)
    {
        var kernels = Libtorch.Kernels;
        lock (kernels.Gate)
        {
            fixed (int* seen = firstSeen)
            {
                kernels.Attention.Forward(
                    new AttentionRows { Count = (int)projections.size(0), Tokens = (int)projections.size(1), Projections = Operators.Pointer(projections), Output = Operators.Pointer(output), FirstSeen = seen },
                    shape);
            }
        }
    }

    /// <summary>Attention backward.</summary>
    /// <param name="projections">[N, T, (H + 2 K) E].</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="firstSeen">[N, T]; null where all see from the first.</param>
    /// <param name="outputGradient">[N, T, H E].</param>
    /// <param name="gradient">As the projections; replaced.</param>
    public static void AttentionBackward(Tensor projections, AttentionShape shape, int[]? firstSeen, Tensor outputGradient, Tensor gradient)
    {
        var kernels = Libtorch.Kernels;
        lock (kernels.Gate)
        {
            fixed (int* seen = firstSeen)
            {
                kernels.Attention.Backward(
                    new AttentionRows
                    {
                        Count = (int)projections.size(0),
                        Tokens = (int)projections.size(1),
                        Projections = Operators.Pointer(projections),
                        FirstSeen = seen,
                        OutputGradients = Operators.Pointer(outputGradient),
                        ProjectionGradients = Operators.Pointer(gradient),
                    },
                    shape);
            }
        }
    }

    /// <summary>Norm and rotary positions forward.</summary>
    /// <param name="projections">[N, T, (H + 2 K) E].</param>
    /// <param name="settings">Norms and tables.</param>
    /// <param name="result">As the projections; replaced.</param>
    public static void Heads(Tensor projections, HeadSettings settings, Tensor result)
    {
        var kernels = Libtorch.Kernels;
        lock (kernels.Gate)
        {
            fixed (int* seen = settings.FirstSeen)
            {
                kernels.Heads.Forward(Rows(projections, settings, result, seen), settings.Shape);
            }
        }
    }

    /// <summary>Norm and rotary positions backward.</summary>
    /// <param name="projections">[N, T, (H + 2 K) E].</param>
    /// <param name="settings">Norms and tables.</param>
    /// <param name="gradient">That of the result; becomes that of the projections.</param>
    /// <param name="queryNormGradient">[E]; null where there is no norm.</param>
    /// <param name="keyNormGradient">[E]; null where there is no norm.</param>
    public static void HeadsBackward(Tensor projections, HeadSettings settings, Tensor gradient, Tensor? queryNormGradient, Tensor? keyNormGradient)
    {
        var kernels = Libtorch.Kernels;
        lock (kernels.Gate)
        {
            fixed (int* seen = settings.FirstSeen)
            {
                kernels.Heads.Backward(Rows(projections, settings, gradient, seen), settings.Shape, Optional(queryNormGradient), Optional(keyNormGradient));
            }
        }
    }

    /// <summary>Convolution forward.</summary>
    /// <param name="x">[N, T, D].</param>
    /// <param name="weight">[L, D].</param>
    /// <param name="firstSeen">[N, T]; null where every row is one document.</param>
    /// <param name="result">[N, T, D]; replaced.</param>
    public static void Convolution(Tensor x, Tensor weight, int[]? firstSeen, Tensor result)
    {
        var kernels = Libtorch.Kernels;
        lock (kernels.Gate)
        {
            fixed (int* seen = firstSeen)
            {
                kernels.Convolution.Forward(Rows(x, weight, result, seen));
            }
        }
    }

    /// <summary>Convolution backward.</summary>
    /// <param name="rows">What was convolved.</param>
    /// <param name="gradient">That of the result.</param>
    /// <param name="inputGradient">[N, T, D]; replaced.</param>
    /// <param name="weightGradient">[L, D]; replaced.</param>
    public static void ConvolutionBackward(ConvolvedRows rows, Tensor gradient, Tensor inputGradient, Tensor weightGradient)
    {
        var kernels = Libtorch.Kernels;
        lock (kernels.Gate)
        {
            fixed (int* seen = rows.FirstSeen)
            {
                kernels.Convolution.Backward(Rows(rows.X, rows.Weight, gradient, seen, Operators.Pointer(inputGradient), Operators.Pointer(weightGradient)));
            }
        }
    }

    /// <summary>Muon's iterations.</summary>
    /// <param name="matrices">[N, R, C], dense; changed in place.</param>
    /// <param name="coefficients">Of each iteration.</param>
    public static void Iterate(Tensor matrices, IReadOnlyList<(double A, double B, double C)> coefficients)
    {
        var kernels = Libtorch.Kernels;
        lock (kernels.Gate)
        {
            kernels.Polynomial.Run(Operators.Pointer(matrices), (int)matrices.size(0), (int)matrices.size(1), (int)matrices.size(2), coefficients);
        }
    }

    private static ConvolutionRows Rows(Tensor x, Tensor weight, Tensor result, int* firstSeen, float* inputGradient = null, float* weightGradient = null) => new()
    {
        Count = (int)x.size(0),
        Tokens = (int)x.size(1),
        Columns = (int)x.size(2),
        Length = (int)weight.size(0),
        Input = Operators.Pointer(x),
        Weight = Operators.Pointer(weight),
        FirstSeen = firstSeen,
        Result = Operators.Pointer(result),
        InputGradient = inputGradient,
        WeightGradient = weightGradient,
    };

    private static HeadRows Rows(Tensor projections, HeadSettings settings, Tensor result, int* firstSeen) => new()
    {
        Tokens = checked((int)(projections.size(0) * projections.size(1))),
        RowTokens = (int)projections.size(1),
        Projections = Operators.Pointer(projections),
        Result = Operators.Pointer(result),
        FirstSeen = firstSeen,
        QueryNorm = Optional(settings.QueryNorm),
        KeyNorm = Optional(settings.KeyNorm),
        Cosines = Optional(settings.Cosines),
        Sines = Optional(settings.Sines),
    };

    private static float* Optional(Tensor? tensor) => tensor is null ? null : Operators.Pointer(tensor);

    private static MatrixView View(Tensor tensor)
    {
        var columns = checked((int)tensor.size(-1));
        return new MatrixView(Operators.Pointer(tensor), checked((int)(tensor.numel() / columns)), columns);
    }
}
