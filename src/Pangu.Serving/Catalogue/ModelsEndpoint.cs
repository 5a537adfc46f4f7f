using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pangu.Core;
using Pangu.Serving.Http;

namespace Pangu.Serving.Catalogue;

/// <summary><c>GET /v1/models</c>: what is served here.</summary>
internal static class ModelsEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, ServedModels models)
    {
        var list = new ModelList("list", [.. models.All.Select(Describe)]);
        routes.MapGet("/v1/models", context => context.Response.WriteAsJsonAsync(list, ApiJson.Default.ModelList, cancellationToken: context.RequestAborted));
    }

    private static ModelEntry Describe(ServedModel model)
    {
        var forecaster = (model.Engine as IForecaster)?.Traits;
        var detector = (model.Engine as IAnomalyDetector)?.Traits;
        var generator = (model.Engine as ITextGenerator)?.Traits;
        return new ModelEntry(
            model.Name, "model", 0, "pangu", model.Description.Capability, model.Description.Family, model.Description.Tier, model.Description.Hash, model.Description.Parent,
            model.Description.Released, model.Description.Simulated, model.Description.Licence,
            forecaster?.Context ?? detector?.Context ?? generator?.MaxTokens, forecaster?.MaxHorizon, forecaster?.Quantiles, forecaster?.Channels ?? detector?.Channels, generator?.Vocabulary, generator?.TrainedTokens);
    }
}

/// <summary>OpenAI's list of models.</summary>
internal sealed record ModelList(string Object, IReadOnlyList<ModelEntry> Data);

/// <summary>A model: OpenAI's members (<c>created</c> is always 0, a package does not know when it was made), then ours.</summary>
internal sealed record ModelEntry(
    string Id, string Object, long Created, string OwnedBy, Capability Capability, Family Family, Tier? Tier, string? Hash, string? Parent,
    bool Released, bool Simulated, string? Licence, int? Context, int? MaxHorizon, IReadOnlyList<double>? Quantiles, IReadOnlyList<string>? Channels, int? Vocabulary, int? TrainedTokens);
