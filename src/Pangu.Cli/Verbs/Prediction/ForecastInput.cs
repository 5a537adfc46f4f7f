using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Cli.Verbs.Prediction;

/// <summary>What a forecast is made from: the newest steps of a file and, where columns are known in advance, those columns over history and horizon.</summary>
/// <param name="History">The channels up to the last step at which one that is not known in advance has a value.</param>
/// <param name="Known">The covariates; null for none.</param>
/// <param name="Horizon">Steps to forecast.</param>
/// <param name="Targets">Channels that are not known in advance.</param>
internal sealed record ForecastInput(SeriesTable History, KnownSeries? Known, int Horizon, IReadOnlyList<string> Targets)
{
    /// <summary>Reads the end of a file of any size.</summary>
    /// <param name="call">The call; notes go to its stderr.</param>
    /// <param name="path">The CSV file.</param>
    /// <param name="read">Gives the reader's options for the columns wanted; null for all.</param>
    /// <param name="wanted">What is to be read.</param>
    /// <exception cref="PanguException">The file cannot be read, or does not hold what is wanted.</exception>
    public static ForecastInput Read(VerbCall call, string path, Func<IReadOnlyList<string>?, CsvReadOptions> read, ForecastColumns wanted)
    {
        var covariates = wanted.Covariates;
        var columns = wanted.Channels is null ? null : wanted.Channels.Union(covariates).ToList();
        var most = wanted.Horizon ?? (covariates.Count > 0 ? wanted.MaxHorizon : wanted.DefaultHorizon);
        var table = SeriesInput.ReadHistory(call, path, read(columns), wanted.Context + (covariates.Count > 0 ? most : 0), wanted.Preprocessor);
        if (covariates.Count == 0)
        {
            return new ForecastInput(table, null, most, table.Names);
        }

        var known = table.Select(covariates, path);
        var channels = table.Select(wanted.Channels ?? [.. table.Names.Except(covariates)], path);
        var targets = channels.Names.Except(covariates).ToList();
        var end = LastStep(channels.Select(targets, path), path) + 1;
        var horizon = wanted.Horizon ?? Math.Min(table.StepCount - end, wanted.MaxHorizon);
        var start = Math.Max(0, end - wanted.Context);
        RequireKnown(known, end, horizon, path);
        return new ForecastInput(
            channels.Slice(start, end - start),
            new KnownSeries(known.Flatten(start, end - start + horizon), covariates.Count, end - start + horizon),
            horizon,
            targets);
    }

    private static int LastStep(SeriesTable targets, string path)
    {
        if (targets.ChannelCount == 0)
        {
            throw PanguException.Usage("covariates", $"--covariates names every column that would be forecast from {path}; leave out those that are not known in advance.");
        }

        for (var step = targets.StepCount - 1; step >= 0; step--)
        {
            if (targets.Values.Any(channel => float.IsFinite(channel[step])))
            {
                return step;
            }
        }

        throw PanguException.Usage("covariates", $"{string.Join(", ", targets.Names)} have no value in the last {targets.StepCount} rows of {path}; expected history, then rows in which the covariates alone have values.");
    }

    private static void RequireKnown(SeriesTable known, int end, int horizon, string path)
    {
        var future = known.StepCount - end;
        if (horizon < 1 || future < horizon)
        {
            throw PanguException.Usage("covariates", $"{path} has {Math.Max(0, future)} rows after the last value of what is forecast; expected {Math.Max(1, horizon)}, with the values of {string.Join(", ", known.Names)}{(future > 0 ? $", or --horizon {future}" : "")}.");
        }

        for (var channel = 0; channel < known.ChannelCount; channel++)
        {
            if (Array.FindIndex(known.Values[channel], end, horizon, value => !float.IsFinite(value)) is var step and >= 0)
            {
                throw PanguException.Usage("covariates", $"{known.Names[channel]} has no value at {known.Clock.Text(known.Times[step])} in {path}; covariates must be known for all {horizon} steps of the forecast: fill it in, or ask for --horizon {step - end}.");
            }
        }
    }
}

/// <summary>What of a file a forecast needs.</summary>
internal sealed record ForecastColumns
{
    /// <summary>Channels, in order; null for all columns that are no covariates.</summary>
    public required IReadOnlyList<string>? Channels { get; init; }

    /// <summary>Columns known in advance; empty for none.</summary>
    public required IReadOnlyList<string> Covariates { get; init; }

    /// <summary>Newest steps of history.</summary>
    public required int Context { get; init; }

    /// <summary>Steps to forecast; null for the model's, or with covariates as many as are known.</summary>
    public required int? Horizon { get; init; }

    /// <summary>Steps that the model forecasts unless told otherwise.</summary>
    public required int DefaultHorizon { get; init; }

    /// <summary>Most steps that the model forecasts.</summary>
    public required int MaxHorizon { get; init; }

    /// <summary>What the model knows of its data.</summary>
    public required SeriesPreprocessor Preprocessor { get; init; }
}
