using Pangu.Core;

namespace Pangu.Evaluation;

/// <summary>Runs a model on a case and compares every expected tensor, whichever engine it runs on.</summary>
public static class Verification
{
    /// <summary>Accepted difference of a gradient, as a share of the largest entry.</summary>
    private const double RelativeGradientTolerance = 1e-4;

    /// <summary>Runs and compares.</summary>
    /// <param name="model">The model, on either engine.</param>
    /// <param name="expected">The case.</param>
    /// <param name="tolerance">Largest absolute difference, for gradients relative to the largest entry of what is expected; null for the case's own, and 1e-4 for gradients.</param>
    /// <param name="time">Measures the run.</param>
    /// <returns>Every tensor of the case, in ordinal order of names.</returns>
    /// <exception cref="PanguException">An input is missing or has a wrong shape, or the tolerance is not positive.</exception>
    public static VerificationResult Run(IVerifiableModel model, VerifyCase expected, double? tolerance, TimeProvider time)
    {
        var accepted = tolerance ?? expected.Tolerance;
        if (!(accepted > 0) || !double.IsFinite(accepted))
        {
            throw PanguException.Usage("verify-tolerance", FormattableString.Invariant($"The tolerance is {accepted}; expected a positive number."));
        }

        var start = time.GetTimestamp();
        var produced = model.Run(expected.Inputs, expected.Expected.ToDictionary(tensor => tensor.Key, tensor => tensor.Value.Shape, StringComparer.Ordinal));
        var seconds = time.GetElapsedTime(start).TotalSeconds;
        var tensors = expected.Expected
            .OrderBy(tensor => tensor.Key, StringComparer.Ordinal)
            .Select(tensor => Compare(tensor.Key, tensor.Value, produced.GetValueOrDefault(tensor.Key), expected.Layout.IsGradient(tensor.Key) ? GradientTolerance(tensor.Value, tolerance) : accepted))
            .ToList();
        return new VerificationResult(tensors.All(tensor => tensor.Ok), tensors, seconds, accepted);
    }

    /// <summary>Gradients have no natural size: the largest entry gives it. What is smaller than rounding alone counts as zero.</summary>
    private static double GradientTolerance(TensorData expected, double? tolerance) =>
        Math.Max((tolerance ?? RelativeGradientTolerance) * expected.ToSingles().Select(Math.Abs).DefaultIfEmpty(0).Max(), 1e-7);

    /// <summary>Compares one tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="expected">What it should be.</param>
    /// <param name="actual">What the model gave; null when it gave nothing.</param>
    /// <param name="tolerance">Largest absolute difference; whole numbers must be equal whatever it is.</param>
    /// <returns>The comparison. NaN equals NaN, an infinity the same infinity; anything else that is not finite fails.</returns>
    public static VerifiedTensor Compare(string name, TensorData expected, TensorData? actual, double tolerance)
    {
        if (actual is null)
        {
            return new VerifiedTensor(name, null, null, false, "the model does not produce it");
        }

        if (!actual.Shape.SequenceEqual(expected.Shape))
        {
            return new VerifiedTensor(name, null, null, false, $"shape [{string.Join(", ", actual.Shape)}], expected [{string.Join(", ", expected.Shape)}]");
        }

        var (wanted, got) = (expected.ToSingles(), actual.ToSingles());
        var (maxAbsolute, maxRelative) = (0.0, 0.0);
        for (var i = 0; i < wanted.Length; i++)
        {
            if (wanted[i].Equals(got[i]))
            {
                continue;
            }

            if (!float.IsFinite(wanted[i]) || !float.IsFinite(got[i]))
            {
                return new VerifiedTensor(name, null, null, false, FormattableString.Invariant($"element {i} is {got[i]}, expected {wanted[i]}"));
            }

            var difference = Math.Abs((double)got[i] - wanted[i]);
            maxAbsolute = Math.Max(maxAbsolute, difference);
            if (wanted[i] != 0)
            {
                maxRelative = Math.Max(maxRelative, difference / Math.Abs((double)wanted[i]));
            }
        }

        tolerance = IsWhole(expected.Type) ? 0 : tolerance;
        var ok = maxAbsolute <= tolerance;
        return new VerifiedTensor(name, maxAbsolute, maxRelative, ok, ok ? null : FormattableString.Invariant($"differs by {maxAbsolute:g3}, at most {tolerance:g3} is accepted"));
    }

    private static bool IsWhole(ElementType type) => type is not (ElementType.F16 or ElementType.BF16 or ElementType.F32 or ElementType.F64);
}

/// <summary>What a verification found.</summary>
/// <param name="Ok">Whether every tensor is there and within the tolerance.</param>
/// <param name="Tensors">Every tensor of the case, in ordinal order of names.</param>
/// <param name="Seconds">Time of the model's run alone.</param>
/// <param name="Tolerance">Largest absolute difference that was accepted.</param>
public sealed record VerificationResult(bool Ok, IReadOnlyList<VerifiedTensor> Tensors, double Seconds, double Tolerance);

/// <summary>One compared tensor.</summary>
/// <param name="Name">Name in the case.</param>
/// <param name="MaxAbsolute">Largest absolute difference; null when it could not be compared.</param>
/// <param name="MaxRelative">Largest difference relative to the expected element, where that is not 0; null when it could not be compared.</param>
/// <param name="Ok">Whether it is within the tolerance.</param>
/// <param name="Problem">What is wrong; null when nothing is.</param>
public sealed record VerifiedTensor(string Name, double? MaxAbsolute, double? MaxRelative, bool Ok, string? Problem);
