using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>How often each sampling interval is drawn; relative weights, 0 leaves one out.</summary>
public sealed record SamplingGridConfig
{
    /// <summary>Weight of 1 minute (period 60 for the hour: the day is too long to show). Default 0.06.</summary>
    public double Minute { get; init; } = 0.06;

    /// <summary>Weight of 5 minutes (day 288). Default 0.09.</summary>
    public double FiveMinutes { get; init; } = 0.09;

    /// <summary>Weight of 10 minutes (day 144). Default 0.08.</summary>
    public double TenMinutes { get; init; } = 0.08;

    /// <summary>Weight of 15 minutes (day 96). Default 0.10.</summary>
    public double FifteenMinutes { get; init; } = 0.10;

    /// <summary>Weight of 30 minutes (day 48). Default 0.08.</summary>
    public double HalfHour { get; init; } = 0.08;

    /// <summary>Weight of 1 hour (day 24, week 168): by far the commonest in industry's records. Default 0.25.</summary>
    public double Hour { get; init; } = 0.25;

    /// <summary>Weight of 2, 3, 4, 6 or 8 hours, evenly (day 12, 8, 6, 4, 3). Default 0.08.</summary>
    public double SeveralHours { get; init; } = 0.08;

    /// <summary>Weight of 1 day (week 7, year 365). Default 0.07.</summary>
    public double Day { get; init; } = 0.07;

    /// <summary>Weight of 1 week (year 52). Default 0.05.</summary>
    public double Week { get; init; } = 0.05;

    /// <summary>Weight of 1 month (year 12). Default 0.02.</summary>
    public double Month { get; init; } = 0.02;

    /// <summary>Weight of machine time: a "day" of any length from 4 to 400 steps. Default 0.13.</summary>
    public double MachineTime { get; init; } = 0.13;

    /// <summary>Draws a grid by these weights.</summary>
    /// <param name="random">Source of the draw.</param>
    internal TimeGrid Draw(RandomStream random)
    {
        double total = Minute + FiveMinutes + TenMinutes + FifteenMinutes + HalfHour + Hour + SeveralHours + Day + Week + Month + MachineTime;
        double draw = random.NextDouble() * total;
        if ((draw -= Minute) < 0)
        {
            return new TimeGrid(24); // the hour takes the place of the day: 1440 / 24 = 60 steps
        }

        if ((draw -= FiveMinutes) < 0)
        {
            return new TimeGrid(5);
        }

        if ((draw -= TenMinutes) < 0)
        {
            return new TimeGrid(10);
        }

        if ((draw -= FifteenMinutes) < 0)
        {
            return new TimeGrid(15);
        }

        if ((draw -= HalfHour) < 0)
        {
            return new TimeGrid(30);
        }

        if ((draw -= Hour) < 0)
        {
            return new TimeGrid(60);
        }

        if ((draw -= SeveralHours) < 0)
        {
            ReadOnlySpan<double> hours = [2, 3, 4, 6, 8];
            return new TimeGrid(60 * hours[random.NextInt(hours.Length)]);
        }

        if ((draw -= Day) < 0)
        {
            return new TimeGrid(1440);
        }

        if ((draw -= Week) < 0)
        {
            return new TimeGrid(7 * 1440);
        }

        return draw - Month < 0
            ? new TimeGrid(365.2425 * 1440 / 12)
            : new TimeGrid(1440 / random.NextLogUniform(4, 400));
    }

    /// <summary>Lists every problem of these settings; empty if there is none.</summary>
    public IReadOnlyList<string> Validate()
    {
        double[] weights = [Minute, FiveMinutes, TenMinutes, FifteenMinutes, HalfHour, Hour, SeveralHours, Day, Week, Month, MachineTime];
        List<string> problems = [];
        if (weights.Any(weight => !(weight >= 0) || double.IsInfinity(weight)))
        {
            problems.Add("samplingGrid: every weight must be a finite number >= 0.");
        }

        if (!(weights.Sum() > 0))
        {
            problems.Add("samplingGrid: all weights are 0; at least one must be positive.");
        }

        return problems;
    }
}
