using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pangu.Core;
using Pangu.Serving.Http;

namespace Pangu.Serving.Prediction;

/// <summary><c>POST /v1/anomalies</c>: scores every step of series and flags the unusual ones.</summary>
internal sealed class AnomalyEndpoint(ServedModels models, ServerLimits limits, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes, ServedModels models, ServerLimits limits, TimeProvider time) =>
        routes.MapPost("/v1/anomalies", new AnomalyEndpoint(models, limits, time).Handle);

    private async Task Handle(HttpContext context)
    {
        using var document = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted).ConfigureAwait(false);
        var answer = Answer(ApiJson.Read(document.RootElement, ApiJson.Default.AnomalyBody), context.RequestAborted);
        await context.Response.WriteAsJsonAsync(answer, ApiJson.Default.AnomalyAnswer, cancellationToken: context.RequestAborted).ConfigureAwait(false);
    }

    private AnomalyAnswer Answer(AnomalyBody body, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var (model, engine) = models.Find<IAnomalyDetector>(body.Model, "detect anomalies");
        if (body.Series.Count < 1 || body.Series.Count > limits.Series)
        {
            throw RequestException.Bad("series", "series", $"\"series\" has {body.Series.Count} series; expected 1 to {limits.Series} a request.");
        }

        var batches = body.Series.Select((series, index) => SeriesBatch.Of(index, series?.Values, engine.Traits.Channels, limits)).ToList();
        var data = batches.Select(batch => Describe(batch, engine.Detect(new AnomalyRequest(batch.Values, batch.Names.Count, batch.Length), cancellationToken))).ToList();
        return new AnomalyAnswer("anomaly.list", model.Name, engine.Traits.Threshold, engine.Traits.FalseAlarmRate, data, time.GetElapsedTime(began).TotalSeconds);
    }

    private static SeriesAnomalies Describe(SeriesBatch batch, AnomalyResult result) => new(
        new SeriesValues(result.Scores),
        result.Flags,
        Enumerable.Range(0, batch.Names.Count).ToDictionary(
            channel => batch.Names[channel],
            channel => new SeriesValues(result.ChannelScores[(channel * batch.Length)..((channel + 1) * batch.Length)])));
}

/// <summary>Body of <c>POST /v1/anomalies</c>.</summary>
internal sealed record AnomalyBody
{
    /// <summary>Name of the model; may be left out when only one served here can detect anomalies.</summary>
    public string? Model { get; init; }

    /// <summary>The series to score.</summary>
    public required IReadOnlyList<SeriesBody?> Series { get; init; }
}

/// <summary>Answer of <c>POST /v1/anomalies</c>; a step is flagged when its score reaches the threshold.</summary>
internal sealed record AnomalyAnswer(string Object, string Model, double Threshold, double FalseAlarmRate, IReadOnlyList<SeriesAnomalies> Data, double Seconds);

/// <summary>Scores of one series; <c>null</c> where a step cannot be scored.</summary>
internal sealed record SeriesAnomalies(SeriesValues Scores, IReadOnlyList<bool> Flags, IReadOnlyDictionary<string, SeriesValues> ChannelScores);
