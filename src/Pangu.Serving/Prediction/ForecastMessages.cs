using System.Text.Json.Serialization;

namespace Pangu.Serving.Prediction;

/// <summary>Body of <c>POST /v1/forecasts</c>.</summary>
internal sealed record ForecastBody
{
    /// <summary>Name of the model; may be left out when only one served here can forecast.</summary>
    public string? Model { get; init; }

    /// <summary>Steps to forecast; the model's own horizon when left out.</summary>
    public int? Horizon { get; init; }

    /// <summary>Quantile levels wanted; all that the model gives when left out.</summary>
    public double[]? Quantiles { get; init; }

    /// <summary>The series to continue.</summary>
    public required IReadOnlyList<ForecastSeriesBody?> Series { get; init; }
}

/// <summary>One series to continue: its history and, where some series are known in advance, those.</summary>
internal sealed record ForecastSeriesBody
{
    /// <summary>History by channel.</summary>
    public required IReadOnlyDictionary<string, SeriesValues> Values { get; init; }

    /// <summary>Series known in advance, by name: the steps of the history, then those of the forecast; none when left out.</summary>
    public IReadOnlyDictionary<string, SeriesValues>? Covariates { get; init; }
}

/// <summary>One series: a list of numbers for each channel, oldest first, <c>null</c> where a value is missing.</summary>
internal sealed record SeriesBody
{
    /// <summary>Values by channel.</summary>
    public required IReadOnlyDictionary<string, SeriesValues> Values { get; init; }
}

/// <summary>Values of one channel, as a bare array in JSON.</summary>
[JsonConverter(typeof(SeriesValuesConverter))]
internal readonly record struct SeriesValues(float[] Numbers);

/// <summary>Reads and writes <see cref="SeriesValues"/> as a bare array.</summary>
internal sealed class SeriesValuesConverter : JsonConverter<SeriesValues>
{
    private static readonly ValuesConverter Numbers = new();

    public override SeriesValues Read(ref System.Text.Json.Utf8JsonReader reader, Type typeToConvert, System.Text.Json.JsonSerializerOptions options) => new(Numbers.Read(ref reader, typeof(float[]), options));

    public override void Write(System.Text.Json.Utf8JsonWriter writer, SeriesValues value, System.Text.Json.JsonSerializerOptions options) => Numbers.Write(writer, value.Numbers, options);
}

/// <summary>Answer of <c>POST /v1/forecasts</c>.</summary>
internal sealed record ForecastAnswer(string Object, string Model, int Horizon, IReadOnlyList<SeriesForecast> Data, double Seconds);

/// <summary>Forecasts of one series, by channel.</summary>
internal sealed record SeriesForecast(IReadOnlyDictionary<string, ChannelForecast> Forecasts);

/// <summary>Forecast of one channel: the mean, and each quantile under its level.</summary>
internal sealed record ChannelForecast(SeriesValues Mean, IReadOnlyDictionary<string, SeriesValues> Quantiles);

/// <summary>The other body of <c>POST /v1/forecasts</c>: that of Huawei's Pangu prediction service.</summary>
internal sealed record FeatureForecastBody
{
    /// <summary>Name of the model; may be left out when only one served here can forecast.</summary>
    public string? Model { get; init; }

    /// <summary>Steps of history to use, the newest ones.</summary>
    public required int ContextLen { get; init; }

    /// <summary>Steps to forecast.</summary>
    public required int PredictionLen { get; init; }

    /// <summary>The series to continue.</summary>
    public required IReadOnlyList<FeatureContext?> Data { get; init; }
}

/// <summary>One series, by feature.</summary>
internal sealed record FeatureContext
{
    /// <summary>Values by feature.</summary>
    public required IReadOnlyDictionary<string, SeriesValues> Context { get; init; }
}

/// <summary>The answer to it.</summary>
internal sealed record FeatureForecastAnswer(IReadOnlyList<FeaturePrediction> Data, TimeCost TimeCost);

/// <summary>Mean forecast of one series, by feature.</summary>
internal sealed record FeaturePrediction(IReadOnlyDictionary<string, SeriesValues> Prediction);

/// <summary>Seconds spent.</summary>
internal sealed record TimeCost(double PreprocessSeconds, double InferenceSeconds, double TotalSeconds);
