using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>A mean-reverting process with variance 1, stepped exactly.</summary>
/// <remarks>
/// dx = -x / tau dt + sqrt(2 / tau) dW, whose exact step is x' = a x + sqrt(1 - a^2) e with a = exp(-1 / tau), e standard normal
/// (Uhlenbeck and Ornstein 1930; exact step: Gillespie, Phys. Rev. E 54, 1996, eq. 3.1). Used by many families as their slow modulation.
/// </remarks>
internal struct OrnsteinUhlenbeckState
{
    private readonly double _memory;
    private readonly double _kick;

    /// <summary>Starts in the stationary law.</summary>
    /// <param name="timeConstant">Steps after which a deviation has fallen to 1/e; positive.</param>
    /// <param name="random">Source of the first value.</param>
    public OrnsteinUhlenbeckState(double timeConstant, RandomStream random)
    {
        _memory = Math.Exp(-1 / timeConstant);
        _kick = Math.Sqrt(1 - (_memory * _memory));
        Value = random.NextGaussian();
    }

    /// <summary>The present value; mean 0, variance 1.</summary>
    public double Value { get; private set; }

    /// <summary>Goes one step on and returns the new value.</summary>
    public double Step(RandomStream random) => Value = (_memory * Value) + (_kick * random.NextGaussian());
}
