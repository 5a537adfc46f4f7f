namespace Pangu.Evaluation.Prediction.Linear;

/// <summary>The forms of linear forecaster that are fitted; all of them are one affine map of the z-scored window in the end.</summary>
public enum LinearKind
{
    /// <summary>Ridge on the z-scored values.</summary>
    Ridge,

    /// <summary>Ridge on values relative to the window's mean.</summary>
    Centred,

    /// <summary>Ridge on values relative to the window's last value: NLinear's function class.</summary>
    LastValue,

    /// <summary>Ridge on the moving average and the rest: DLinear's function class and objective, in closed form.</summary>
    Decomposed,

    /// <summary>Ridge a step on the values at its phase of the season, the seasons' means and the last season.</summary>
    Phase,

    /// <summary><see cref="Phase"/> on values relative to the window's mean.</summary>
    PhaseCentred,

    /// <summary><see cref="Phase"/> on values relative to the window's last value.</summary>
    PhaseLastValue,
}

/// <summary>What a search for linear forecasters tries.</summary>
public sealed record LinearSettings
{
    /// <summary>Steps H to forecast.</summary>
    public required int Horizon { get; init; }

    /// <summary>Contexts to try, in steps. Default the five of the literature's look-back studies.</summary>
    public IReadOnlyList<int> Contexts { get; init; } = [96, 192, 336, 512, 720];

    /// <summary>Forms to try. Default all.</summary>
    public IReadOnlyList<LinearKind> Kinds { get; init; } = Enum.GetValues<LinearKind>();

    /// <summary>Penalties to try, as multiples of the mean variance of the inputs. Default five between 0.001 and 0.3: on hourly data the choice lies inside, or the error is flat below.</summary>
    public IReadOnlyList<double> Strengths { get; init; } = [0.001, 0.01, 0.03, 0.1, 0.3];

    /// <summary>Whether weights a channel are tried beside shared ones, shrunk towards them. Default false.</summary>
    public bool PerChannel { get; init; }

    /// <summary>Steps of the season for the forms by phase; null leaves them out. Default null.</summary>
    public int? Season { get; init; }

    /// <summary>Most threads; 0 for all processors. Does not change results.</summary>
    public int Threads { get; init; }
}

/// <summary>The best fit of one form and context.</summary>
/// <param name="Fit">The fit.</param>
/// <param name="Kind">Its form.</param>
/// <param name="Strength">The penalty that the choice part preferred.</param>
/// <param name="ChoiceError">Mean squared error on the choice part, in z-scored units.</param>
public sealed record LinearCandidate(LinearFit Fit, LinearKind Kind, double Strength, double ChoiceError);
