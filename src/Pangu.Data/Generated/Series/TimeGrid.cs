using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>The sampling interval of a series, and with it the periods that days, weeks and years have in steps.</summary>
/// <param name="MinutesPerStep">Time between two values, in minutes.</param>
/// <remarks>
/// Real series repeat with the calendar, so that a model meets the same few periods again and again at each interval: 24 and 168 for hours, 96 and
/// 672 for quarters of an hour, 288 for five minutes, 7 for days, 52.18 for weeks, 12 for months. "Machine time" (see
/// <see cref="SamplingGridConfig"/>) gives a day any length and so covers periods that no calendar knows.
/// </remarks>
internal readonly record struct TimeGrid(double MinutesPerStep)
{
    private const double MinutesPerDay = 1440;

    /// <summary>Days in a mean Gregorian year.</summary>
    private const double DaysPerYear = 365.2425;

    /// <summary>Shortest period that a sampled series can show with some shape, in steps.</summary>
    private const double ShortestPeriod = 3;

    /// <summary>Steps in a day; below 1 for intervals longer than a day.</summary>
    public double StepsPerDay => MinutesPerDay / MinutesPerStep;

    /// <summary>Steps in a week.</summary>
    public double StepsPerWeek => 7 * StepsPerDay;

    /// <summary>Steps in a year.</summary>
    public double StepsPerYear => DaysPerYear * StepsPerDay;

    /// <summary>Whether days are resolved, so that hours of the day and week-ends exist.</summary>
    public bool ResolvesDays => StepsPerDay >= ShortestPeriod;

    /// <summary>The period that dominates series on this grid: the day, else the week, else the year, in steps.</summary>
    public double MainPeriod => ResolvesDays ? StepsPerDay
        : StepsPerWeek >= ShortestPeriod ? StepsPerWeek
        : Math.Max(StepsPerYear, ShortestPeriod);

    /// <summary>Draws the period of a series' strongest season: the main one, or now and then another, so that a week or a machine may lead.</summary>
    /// <param name="random">Source of the draw.</param>
    /// <returns>A period in steps, at least 3.</returns>
    public double DrawLeadingPeriod(RandomStream random) => random.NextBool(0.9) ? MainPeriod : random.NextBool(0.5) && ResolvesDays ? StepsPerWeek : DrawPeriod(random);

    /// <summary>Draws a period: mostly the main one, else its multiples and parts, else anything.</summary>
    /// <param name="random">Source of the draw.</param>
    /// <returns>A period in steps, at least 3.</returns>
    public double DrawPeriod(RandomStream random)
    {
        double main = MainPeriod;
        double draw = random.NextDouble();
        double period = draw switch
        {
            < 0.68 => main,
            < 0.78 => main == StepsPerDay ? StepsPerWeek : StepsPerYear,
            < 0.84 => main / 2,
            < 0.87 => main / 3,
            < 0.90 => main / 4,
            _ => random.NextLogUniform(4, 300), // machine cycles keep no calendar
        };
        return Math.Max(period, ShortestPeriod);
    }
}
