using System.Numerics;

namespace Pangu.Numerics;

/// <summary>The definitions of the non-linearities, one number at a time, for any floating-point type.</summary>
public static class ActivationsReference
{
    /// <summary>x / 2 (1 + erf(x / sqrt 2)).</summary>
    /// <typeparam name="T">Number type.</typeparam>
    /// <param name="x">Any number.</param>
    /// <returns>The value.</returns>
    public static T Gelu<T>(T x)
        where T : IFloatingPointIeee754<T> => x / T.CreateChecked(2) * (T.One + Erf(x / T.Sqrt(T.CreateChecked(2))));

    /// <summary>x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).</summary>
    /// <typeparam name="T">Number type.</typeparam>
    /// <param name="x">Any number.</param>
    /// <returns>The value.</returns>
    public static T GeluTanh<T>(T x)
        where T : IFloatingPointIeee754<T> =>
        x / T.CreateChecked(2) * (T.One + T.Tanh(T.Sqrt(T.CreateChecked(2) / T.Pi) * (x + (T.CreateChecked(0.044715) * x * x * x))));

    /// <summary>x / (1 + e^-x).</summary>
    /// <typeparam name="T">Number type.</typeparam>
    /// <param name="x">Any number.</param>
    /// <returns>The value.</returns>
    public static T Silu<T>(T x)
        where T : IFloatingPointIeee754<T> => x / (T.One + T.Exp(-x));

    /// <summary>max(x, 0).</summary>
    /// <typeparam name="T">Number type.</typeparam>
    /// <param name="x">Any number.</param>
    /// <returns>The value; NaN for NaN.</returns>
    public static T Relu<T>(T x)
        where T : INumber<T> => T.Max(x, T.Zero);

    /// <summary>max(x, 0)^2.</summary>
    /// <typeparam name="T">Number type.</typeparam>
    /// <param name="x">Any number.</param>
    /// <returns>The value; NaN for NaN.</returns>
    public static T ReluSquared<T>(T x)
        where T : INumber<T> => T.Max(x, T.Zero) * T.Max(x, T.Zero);

    /// <summary>The error function: Maclaurin series below 3, continued fraction of the complement above (Abramowitz and Stegun 7.1.6 and 7.1.14); about 1e-15 in double.</summary>
    /// <typeparam name="T">Number type.</typeparam>
    /// <param name="x">Any number.</param>
    /// <returns>erf x.</returns>
    public static T Erf<T>(T x)
        where T : IFloatingPointIeee754<T>
    {
        var magnitude = T.Abs(x);
        var two = T.CreateChecked(2);
        if (T.IsNaN(x))
        {
            return x;
        }

        if (magnitude > T.CreateChecked(6))
        {
            return T.CopySign(T.One, x);
        }

        if (magnitude < T.CreateChecked(3))
        {
            // erf x = 2 / sqrt(pi) e^(-x^2) sum over n of 2^n x^(2 n + 1) / (1 * 3 * ... * (2 n + 1))
            var term = x;
            var sum = x;
            for (var n = 1; n < 100; n++)
            {
                term *= two * x * x / T.CreateChecked((2 * n) + 1);
                sum += term;
            }

            return two / T.Sqrt(T.Pi) * T.Exp(-x * x) * sum;
        }

        var fraction = magnitude;
        for (var n = 60; n > 0; n--)
        {
            fraction = magnitude + (T.CreateChecked(n) / two / fraction);
        }

        return T.CopySign(T.One - (T.Exp(-magnitude * magnitude) / T.Sqrt(T.Pi) / fraction), x);
    }
}
