using Pangu.Tensors.Kernels;
using static TorchSharp.torch;

namespace Pangu.Tensors;

/// <summary>How fast this process multiplies float32 matrices: what the speed of training is measured against. Needs <see cref="Libtorch.Load"/>.</summary>
/// <param name="Libtorch">libtorch's product, floating-point operations a second (a multiply-add counts two).</param>
/// <param name="Own">The product of our own training kernels, likewise.</param>
public sealed record ProductRates(double Libtorch, double Own)
{
    private const int Size = 1024;

    /// <summary>Multiplies matrices of 1024 x 1024, each some times, with the threads that libtorch was loaded with.</summary>
    /// <param name="repetitions">Products of each kind; the best counts.</param>
    /// <param name="time">The clock.</param>
    /// <returns>Both rates.</returns>
    public static ProductRates Measure(int repetitions, TimeProvider time)
    {
        using var scope = new StepScope(gradient: false);
        var (left, right, result) = (rand(Size, Size), rand(Size, Size), empty(Size, Size));
        double Best(Action product)
        {
            var best = double.PositiveInfinity;
            for (var repetition = 0; repetition < repetitions; repetition++)
            {
                var began = time.GetTimestamp();
                product();
                best = Math.Min(best, time.GetElapsedTime(began).TotalSeconds);
            }

            return 2.0 * Size * Size * Size / best;
        }

        return new ProductRates(
            Best(() => NeuralOperators.MatrixProduct(left, right).Dispose()),
            Best(() => KernelWork.Linear(left, [new LinearLayer(right)], result)));
    }
}
