using Pangu.Models;
using Pangu.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Training;

/// <summary>Moves the singular values of matrices near 1 without a decomposition.</summary>
/// <param name="A">Coefficient of X. Default 3.4445.</param>
/// <param name="B">Coefficient of (X X^T) X. Default -4.7750.</param>
/// <param name="C">Coefficient of (X X^T)^2 X. Default 2.0315.</param>
/// <param name="Iterations">How often. Default 5.</param>
/// <param name="Epsilon">Added to the norm that a matrix is divided by first. Default 1e-7.</param>
/// <remarks>
/// X becomes (A I + B S + C S^2) X with S = X X^T; the default coefficients are those of Jordan et al. 2024 (Muon), which do not converge on purpose: five
/// iterations leave singular values between about 0.15 and 1.2. In float32 throughout.
/// </remarks>
public sealed record NewtonSchulz(double A = 3.4445, double B = -4.7750, double C = 2.0315, int Iterations = 5, double Epsilon = 1e-7)
{
    /// <summary>Coefficients of the first iterations, where they differ from one to the next; those beyond take <see cref="A"/>, <see cref="B"/> and <see cref="C"/>. Default none.</summary>
    public IReadOnlyList<(double A, double B, double C)> First { get; init; } = [];

    /// <summary>Whose products the iterations run on. Default libtorch's; our own are about twice as fast for matrices of some hundred rows.</summary>
    public KernelChoice Kernels { get; init; }

    /// <summary>Coefficients that are each the best for what the iterations before leave (Amsel et al. 2025, Polar Express, for singular values from 0.001 on, slowed by 1.01): three of them reach as far as four of the default ones.</summary>
    /// <param name="iterations">How many, at most 5.</param>
    /// <returns>The orthogonalisation.</returns>
    public static NewtonSchulz PolarExpress(int iterations) => new(Iterations: iterations)
    {
        First =
        [
            (8.28721201814563, -23.595886519098837, 17.300387312530933),
            (4.107059111542203, -2.9478499167379106, 0.5448431082926601),
            (3.9486908534822946, -2.908902115962949, 0.5518191394370137),
            (3.3184196573706015, -2.488488024314874, 0.51004894012372),
            (2.300652019954817, -1.6689039845747493, 0.4188073119525673),
        ],
    };

    /// <summary>Orthogonalises a stack of matrices at once.</summary>
    /// <param name="matrices">[N, R, C] float32, R at most C (tall ones transposed: the iteration works on the smaller square).</param>
    /// <returns>[N, R, C]; belongs to the caller's dispose scope.</returns>
    public Tensor Apply(Tensor matrices)
    {
        using var scope = NewDisposeScope();
        var squares_NRC = Operators.Multiply(matrices, matrices);
        var norms_N11 = squares_NRC.sum([1, 2], keepdim: true).sqrt();
        Operators.AddInPlace(norms_N11, Epsilon);
        var x_NRC = matrices.div(norms_N11);
        if (Kernels == KernelChoice.Own)
        {
            KernelOperators.IterateInPlace(x_NRC, [.. Enumerable.Range(0, Iterations).Select(Coefficients)]);
            return x_NRC.MoveToOuterDisposeScope();
        }

        var identity_RR = eye(x_NRC.size(1), dtype: ScalarType.Float32);
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            var (a, b, c) = Coefficients(iteration);
            var s_NRR = NeuralOperators.BatchedMatrixProduct(x_NRC, x_NRC.transpose(1, 2));
            // TorchSharp 0.107 mixes up which argument of baddbmm is added: only with three equal ones does it not matter.
            var factor_NRR = s_NRR.baddbmm(s_NRR, s_NRR, (float)b, (float)c);
            Operators.AddInPlace(factor_NRR, identity_RR, a);
            x_NRC = NeuralOperators.BatchedMatrixProduct(factor_NRR, x_NRC);
        }

        return x_NRC.MoveToOuterDisposeScope();
    }

    private (double A, double B, double C) Coefficients(int iteration) => iteration < First.Count ? First[iteration] : (A, B, C);
}
