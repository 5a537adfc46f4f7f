namespace Pangu.Core;

/// <summary>One named weight of a model.</summary>
/// <param name="Name">Canonical name, for example <c>stages.0.blocks.3.branches.1.up.weight</c>.</param>
/// <param name="Shape">Sizes, outermost first; a linear layer is [out, in].</param>
/// <param name="Initial">How training starts it.</param>
/// <param name="Kind">Learned or measured.</param>
public sealed record Slot(string Name, IReadOnlyList<int> Shape, Initial Initial, SlotKind Kind = SlotKind.Parameter)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The slots of a linear layer.</summary>
    /// <param name="name">Name without <c>.weight</c>.</param>
    /// <param name="outputs">Outputs.</param>
    /// <param name="inputs">Inputs; weights start as N(0, 1/sqrt(inputs)).</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <returns>Weight and, where there is one, bias.</returns>
    public static IEnumerable<Slot> Linear(string name, int outputs, int inputs, bool bias)
    {
        yield return new Slot($"{name}.weight", [outputs, inputs], new Initial.Normal(1 / Math.Sqrt(inputs)));
        if (bias)
        {
            yield return new Slot($"{name}.bias", [outputs], new Initial.Constant(0));
        }
    }
}

/// <summary>Whether a slot is learned or measured.</summary>
public enum SlotKind
{
    /// <summary>Learned by gradient descent.</summary>
    Parameter,

    /// <summary>Measured or fitted, such as running statistics or calibration; no gradient.</summary>
    Statistic,
}

/// <summary>How training starts a weight.</summary>
public abstract record Initial
{
    private protected Initial()
    {
    }

    /// <summary>Normal with mean 0.</summary>
    /// <param name="Deviation">Standard deviation.</param>
    public sealed record Normal(double Deviation) : Initial;

    /// <summary>One value everywhere.</summary>
    /// <param name="Value">The value.</param>
    public sealed record Constant(double Value) : Initial;

    /// <summary>Sinusoids over rows (positions) and columns: sines in even columns, cosines in odd ones, angle position / 10000^(2 floor(column / 2) / width).</summary>
    public sealed record Sinusoids : Initial;
}
