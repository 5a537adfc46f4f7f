using System.Runtime.CompilerServices;

namespace Pangu.Numerics;

/// <summary>Functions on lanes.</summary>
internal static class LaneMath
{
    // Polynomial of e^r on |r| up to ln 2 / 2: 1 + r + r^2 (Exp1 + r (Exp2 + ...)) (Cephes expf).
    internal const float Exp1 = 5.0000001201e-1f;
    internal const float Exp2 = 1.6666665459e-1f;
    internal const float Exp3 = 4.1665795894e-2f;
    internal const float Exp4 = 8.3334519073e-3f;
    internal const float Exp5 = 1.3981999507e-3f;
    internal const float Exp6 = 1.9875691500e-4f;

    // ln 2 in two parts: the first has 9 trailing zero bits, so n * first is exact for |n| < 512 (Cody and Waite; Cephes expf).
    private const float LogTwoHigh = 0.693359375f;
    private const float LogTwoLow = -2.12194440e-4f;
    private const float LogTwoInverse = 1.44269504088896341f;
    private const float ExpLowest = -87.33654f;
    private const float ExpHighest = 88.37626f;

    /// <summary>e^x. Below -87.33 (where float becomes subnormal) exactly 0, above 88.37 e^88.37 = 2.4e38; NaN stays NaN. Relative error below 2e-7 in between.</summary>
    /// <remarks>x = n ln 2 + r with |r| at most ln 2 / 2; e^r by the polynomial of degree 6 of Cephes' expf (Moshier 1989), written out for each lane type: nested calls would exceed what the compiler inlines into one method.</remarks>
    /// <typeparam name="TLane">Lane type.</typeparam>
    /// <param name="x">The exponent.</param>
    /// <returns>The power.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLane Exp<TLane>(TLane x)
        where TLane : unmanaged, ILane<TLane>
    {
        var bounded = TLane.Greatest(TLane.All(ExpLowest), TLane.Least(TLane.All(ExpHighest), x));
        var n = TLane.Round(bounded * TLane.All(LogTwoInverse));
        var r = TLane.MultiplyAdd(n, -LogTwoLow, TLane.MultiplyAdd(n, -LogTwoHigh, bounded));
        return TLane.ZeroBelow(x, TLane.All(ExpLowest), TLane.ExpOfReduced(r, n));
    }

    /// <summary>The error function: absolute error below 5e-7, exactly odd, NaN stays NaN.</summary>
    /// <remarks>Rational approximation x P(x^2) / Q(x^2) on [-4, 4], the argument clamped there (Eigen's <c>generic_fast_erf_float</c>, MPL-2.0, whose coefficients are used).</remarks>
    /// <typeparam name="TLane">Lane type.</typeparam>
    /// <param name="x">Any number.</param>
    /// <returns>erf x.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLane Erf<TLane>(TLane x)
        where TLane : unmanaged, ILane<TLane>
    {
        var bounded = TLane.Greatest(TLane.All(-4), TLane.Least(TLane.All(4), x));
        var square = bounded * bounded;
        var p = TLane.All(-2.72614225801306e-10f);
        p = TLane.MultiplyAdd(p, square, 2.77068142495902e-08f);
        p = TLane.MultiplyAdd(p, square, -2.10102402082508e-06f);
        p = TLane.MultiplyAdd(p, square, -5.69250639462346e-05f);
        p = TLane.MultiplyAdd(p, square, -7.34990630326855e-04f);
        p = TLane.MultiplyAdd(p, square, -2.95459980854025e-03f);
        p = TLane.MultiplyAdd(p, square, -1.60960333262415e-02f);
        var q = TLane.All(-1.45660718464996e-05f);
        q = TLane.MultiplyAdd(q, square, -2.13374055278905e-04f);
        q = TLane.MultiplyAdd(q, square, -1.68282697438203e-03f);
        q = TLane.MultiplyAdd(q, square, -7.37332916720468e-03f);
        q = TLane.MultiplyAdd(q, square, -1.42647390514189e-02f);
        return bounded * p / q;
    }

    /// <summary>1 / (1 + e^-x).</summary>
    /// <typeparam name="TLane">Lane type.</typeparam>
    /// <param name="x">Any number.</param>
    /// <returns>From 0 to 1; NaN stays NaN.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLane Sigmoid<TLane>(TLane x)
        where TLane : unmanaged, ILane<TLane>
    {
        var one = TLane.All(1);
        return one / (one + Exp(TLane.All(0) - x));
    }
}
