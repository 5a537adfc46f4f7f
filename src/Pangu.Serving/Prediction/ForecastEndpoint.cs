using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pangu.Core;
using Pangu.Modalities.Series;
using Pangu.Serving.Http;

namespace Pangu.Serving.Prediction;

/// <summary><c>POST /v1/forecasts</c>: continues series into the future, in our shape or in that of Huawei's prediction service.</summary>
internal sealed class ForecastEndpoint(ServedModels models, ServerLimits limits, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes, ServedModels models, ServerLimits limits, TimeProvider time) =>
        routes.MapPost("/v1/forecasts", new ForecastEndpoint(models, limits, time).Handle);

    private async Task Handle(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted).ConfigureAwait(false);
        if (body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("data", out _))
        {
            var answer = Answer(ApiJson.Read(body.RootElement, ApiJson.Default.FeatureForecastBody), context.RequestAborted);
            await context.Response.WriteAsJsonAsync(answer, ApiJson.Default.FeatureForecastAnswer, cancellationToken: context.RequestAborted).ConfigureAwait(false);
        }
        else
        {
            var answer = Answer(ApiJson.Read(body.RootElement, ApiJson.Default.ForecastBody), context.RequestAborted);
            await context.Response.WriteAsJsonAsync(answer, ApiJson.Default.ForecastAnswer, cancellationToken: context.RequestAborted).ConfigureAwait(false);
        }
    }

    private ForecastAnswer Answer(ForecastBody body, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var (model, engine) = models.Find<IForecaster>(body.Model, "forecast");
        var horizon = body.Horizon ?? engine.Traits.Horizon;
        var levels = Levels(body.Quantiles, engine.Traits);
        RequireSeries(body.Series.Count, "series");
        RequireHorizon(horizon, engine.Traits, "horizon");
        var batches = body.Series.Select((series, index) => SeriesBatch.Of(index, series?.Values, engine.Traits.Channels, limits)).ToList();
        RequireAnswer(batches, horizon, 1 + engine.Traits.Quantiles.Count);
        var known = batches.Select((batch, index) => batch.Known(index, body.Series[index]!.Covariates, horizon, limits)).ToList();
        var data = batches.Zip(known, (batch, covariates) => Describe(batch, Run(engine, batch, covariates, horizon, cancellationToken), horizon, engine.Traits, levels)).ToList();
        return new ForecastAnswer("forecast.list", model.Name, horizon, data, time.GetElapsedTime(began).TotalSeconds);
    }

    private FeatureForecastAnswer Answer(FeatureForecastBody body, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var (_, engine) = models.Find<IForecaster>(body.Model, "forecast");
        RequireSeries(body.Data.Count, "data");
        RequireHorizon(body.PredictionLen, engine.Traits, "prediction_len");
        var batches = body.Data.Select((series, index) => SeriesBatch.Of(index, series?.Context, engine.Traits.Channels, limits, body.ContextLen)).ToList();
        RequireAnswer(batches, body.PredictionLen, 1 + engine.Traits.Quantiles.Count);
        var prepared = time.GetElapsedTime(began).TotalSeconds;
        var data = batches.Select(batch =>
        {
            var forecast = Run(engine, batch, null, body.PredictionLen, cancellationToken);
            return new FeaturePrediction(ByChannel(batch, channel => Part(forecast.Mean, channel, body.PredictionLen)));
        }).ToList();
        var total = time.GetElapsedTime(began).TotalSeconds;
        return new FeatureForecastAnswer(data, new TimeCost(prepared, total - prepared, total));
    }

    private static ForecastResult Run(IForecaster engine, SeriesBatch batch, KnownSeries? known, int horizon, CancellationToken cancellationToken)
    {
        var request = new ForecastRequest(batch.Values, 1, batch.Names.Count, batch.Length, horizon);
        return known is null ? engine.Forecast(request, cancellationToken) : new CovariateForecaster(engine).Forecast(request, known, cancellationToken);
    }

    private static SeriesForecast Describe(SeriesBatch batch, ForecastResult forecast, int horizon, ForecasterTraits traits, int[] levels) =>
        new(ByChannel(batch, channel => new ChannelForecast(
            Part(forecast.Mean, channel, horizon),
            levels.ToDictionary(
                level => traits.Quantiles[level].ToString(CultureInfo.InvariantCulture),
                level => Quantile(forecast.Quantiles, channel, horizon, level, traits.Quantiles.Count)))));

    private static Dictionary<string, T> ByChannel<T>(SeriesBatch batch, Func<int, T> describe) =>
        Enumerable.Range(0, batch.Names.Count).ToDictionary(channel => batch.Names[channel], describe);

    private static SeriesValues Part(float[] mean, int channel, int horizon) => new(mean[(channel * horizon)..((channel + 1) * horizon)]);

    private static SeriesValues Quantile(float[] quantiles, int channel, int horizon, int level, int levels)
    {
        var values = new float[horizon];
        for (var step = 0; step < horizon; step++)
        {
            values[step] = quantiles[(((channel * horizon) + step) * levels) + level];
        }

        return new SeriesValues(values);
    }

    private static int[] Levels(double[]? wanted, ForecasterTraits traits)
    {
        if (wanted is null)
        {
            return [.. Enumerable.Range(0, traits.Quantiles.Count)];
        }

        var levels = wanted.Select(level => traits.Quantiles.ToList().IndexOf(level)).ToArray();
        return Array.IndexOf(levels, -1) is var unknown and >= 0
            ? throw RequestException.Bad("quantiles", "quantiles", string.Create(CultureInfo.InvariantCulture, $"The model gives no quantile {wanted[unknown]}; it gives {string.Join(", ", traits.Quantiles.Select(level => level.ToString(CultureInfo.InvariantCulture)))}."))
            : levels;
    }

    private void RequireSeries(int count, string member)
    {
        if (count < 1 || count > limits.Series)
        {
            throw RequestException.Bad("series", member, $"\"{member}\" has {count} series; expected 1 to {limits.Series} a request.");
        }
    }

    private void RequireHorizon(int horizon, ForecasterTraits traits, string member)
    {
        var most = Math.Min(limits.Horizon, traits.MaxHorizon);
        if (horizon < 1 || horizon > most)
        {
            throw RequestException.Bad("horizon", member, $"\"{member}\" is {horizon}; this model takes 1 to {most} here.");
        }
    }

    private void RequireAnswer(List<SeriesBatch> batches, int horizon, int numbersPerStep)
    {
        var values = batches.Sum(batch => (long)batch.Names.Count) * horizon * numbersPerStep;
        if (values > limits.AnswerValues)
        {
            throw RequestException.Bad("answer-too-large", null, $"The answer would hold {values} numbers; this server gives at most {limits.AnswerValues} a request. Ask for fewer series or a shorter horizon.");
        }
    }
}
