using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Serving.Prediction;

/// <summary>The series of a request as the engines take them: channels in the model's order, checked against the limits. Legend: <c>C</c> channels, <c>T</c> steps.</summary>
/// <param name="Names">C channel names, in the order of <paramref name="Values"/>.</param>
/// <param name="Values">[C, T] row-major.</param>
/// <param name="Length">T.</param>
internal sealed record SeriesBatch(IReadOnlyList<string> Names, float[] Values, int Length)
{
    /// <summary>Checks and orders one series.</summary>
    /// <param name="index">Place of the series in the request, for messages.</param>
    /// <param name="channels">Values by channel.</param>
    /// <param name="wanted">Channels that the model was made for, in order; empty when any will do.</param>
    /// <param name="limits">What a request may ask for.</param>
    /// <param name="context">Newest steps to keep; null keeps all.</param>
    /// <exception cref="RequestException">Channels are missing, unknown, too many, or of different lengths.</exception>
    public static SeriesBatch Of(int index, IReadOnlyDictionary<string, SeriesValues>? channels, IReadOnlyList<string> wanted, ServerLimits limits, int? context = null)
    {
        if (channels is null || channels.Count == 0 || channels.Count > limits.Channels)
        {
            throw RequestException.Bad("channels", "series", $"Series {index} has {channels?.Count ?? 0} channels; expected 1 to {limits.Channels}.");
        }

        if (wanted.Count > 0)
        {
            var missing = wanted.Where(name => !channels.ContainsKey(name)).ToList();
            var unknown = channels.Keys.Where(name => !wanted.Contains(name)).ToList();
            if (missing.Count + unknown.Count > 0)
            {
                throw RequestException.Bad("channels", "series", $"Series {index} does not have the model's channels ({string.Join(", ", wanted)}): missing {List(missing)}, unknown {List(unknown)}.");
            }
        }

        IReadOnlyList<string> names = wanted.Count > 0 ? wanted : [.. channels.Keys];
        var length = channels[names[0]].Numbers?.Length ?? 0;
        var different = names.FirstOrDefault(name => channels[name].Numbers?.Length != length);
        if (different is not null || length == 0)
        {
            throw RequestException.Bad("length", "series", length == 0
                ? $"Series {index} has no values for {names[0]}; expected at least one."
                : $"Series {index} has {length} values for {names[0]} but {channels[different!].Numbers?.Length ?? 0} for {different}; all channels of a series have the same length.");
        }

        if (context is { } steps && (steps < 1 || steps > length))
        {
            throw RequestException.Bad("context-len", "context_len", $"context_len is {steps} but series {index} has {length} values; expected 1 to {length}.");
        }

        var kept = context ?? length;
        var values = new float[names.Count * kept];
        for (var channel = 0; channel < names.Count; channel++)
        {
            channels[names[channel]].Numbers.AsSpan(length - kept).CopyTo(values.AsSpan(channel * kept));
        }

        return new SeriesBatch(names, values, kept);
    }

    /// <summary>Checks and orders what is known in advance.</summary>
    /// <param name="index">Place of the series in the request, for messages.</param>
    /// <param name="covariates">Values by name, history and future; null or empty for none.</param>
    /// <param name="horizon">Steps of the future.</param>
    /// <param name="limits">What a request may ask for.</param>
    /// <returns>The covariates; null for none.</returns>
    /// <exception cref="RequestException">There are too many, or one has another length.</exception>
    public KnownSeries? Known(int index, IReadOnlyDictionary<string, SeriesValues>? covariates, int horizon, ServerLimits limits)
    {
        if (covariates is null || covariates.Count == 0)
        {
            return null;
        }

        if (covariates.Count > limits.Channels)
        {
            throw RequestException.Bad("covariates", "series", $"Series {index} has {covariates.Count} covariates; expected at most {limits.Channels}.");
        }

        var steps = Length + horizon;
        foreach (var (name, values) in covariates)
        {
            if (values.Numbers?.Length != steps)
            {
                throw RequestException.Bad("covariates", "series", $"Series {index} has {values.Numbers?.Length ?? 0} values for covariate {name}; expected {steps}: one for each of the {Length} steps of history and the {horizon} steps of the forecast.");
            }

            if (Array.FindIndex(values.Numbers, Length, float.IsNaN) is var unknown and >= 0)
            {
                throw RequestException.Bad("covariates", "series", $"Covariate {name} of series {index} is null at step {unknown - Length + 1} of the forecast; covariates must be known for all {horizon} steps.");
            }
        }

        return new KnownSeries(covariates.Values.SelectMany(values => values.Numbers).ToArray(), covariates.Count, steps);
    }

    private static string List(List<string> names) => names.Count == 0 ? "none" : string.Join(", ", names.Take(10)) + (names.Count > 10 ? " ..." : "");
}
