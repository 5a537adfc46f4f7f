using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pangu.Serving.Http;

namespace Pangu.Serving.Catalogue;

/// <summary><c>GET /healthz</c> and <c>GET /readyz</c>: the process lives; the models are loaded and requests are answered.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", context => context.Response.WriteAsJsonAsync(new HealthAnswer("ok"), ApiJson.Default.HealthAnswer, cancellationToken: context.RequestAborted));

        // The server starts to listen when its models are loaded: whoever gets through finds it ready.
        routes.MapGet("/readyz", context => context.Response.WriteAsJsonAsync(new HealthAnswer("ready"), ApiJson.Default.HealthAnswer, cancellationToken: context.RequestAborted));
    }
}

/// <summary>State of the server.</summary>
internal sealed record HealthAnswer(string Status);
