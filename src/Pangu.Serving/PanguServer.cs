using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pangu.Core;
using Pangu.Serving.Catalogue;
using Pangu.Serving.Http;
using Pangu.Serving.Language;
using Pangu.Serving.Prediction;

namespace Pangu.Serving;

/// <summary>The HTTP server: it listens when its models are loaded, and disposes them when it is disposed.</summary>
public sealed class PanguServer : IAsyncDisposable
{
    private static readonly string[] OpenToAll = ["/healthz", "/readyz", "/openapi.json"];

    private readonly WebApplication _application;
    private readonly IReadOnlyList<ServedModel> _models;

    private PanguServer(WebApplication application, IReadOnlyList<ServedModel> models, Uri address)
    {
        _application = application;
        _models = models;
        Address = address;
    }

    /// <summary>Where it listens, with the port that was taken.</summary>
    public Uri Address { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="settings">Where it listens and what it lets in.</param>
    /// <param name="models">The models with their engines; the server owns them from here on.</param>
    /// <param name="logs">Receives what goes wrong inside.</param>
    /// <param name="time">The clock that measures answers.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <returns>The running server; the caller disposes it.</returns>
    /// <exception cref="PanguException">The address cannot be used, or the keys file cannot be read.</exception>
    public static async Task<PanguServer> StartAsync(ServerSettings settings, IReadOnlyList<ServedModel> models, ILoggerProvider logs, TimeProvider time, CancellationToken cancellationToken)
    {
        var keys = settings.KeysFile is null ? null : KeyFile.Read(settings.KeysFile);
        var application = Build(settings, models, logs, keys, time);
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw new PanguException(ErrorKind.Missing, "port-in-use", $"{settings.Host}:{settings.Port} cannot be listened on ({exception.Message}); choose another with --port, or --port 0 for a free one.", exception);
        }

        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new PanguServer(application, models, new Uri(address));
    }

    /// <summary>Waits until the server is asked to stop, then lets the requests in progress end.</summary>
    /// <param name="cancellationToken">Asks it to stop.</param>
    /// <returns>Ends when the server has stopped.</returns>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await _application.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync().ConfigureAwait(false);
        foreach (var model in _models)
        {
            model.Engine.Dispose();
        }
    }

    private static WebApplication Build(ServerSettings settings, IReadOnlyList<ServedModel> models, ILoggerProvider logs, KeyFile? keys, TimeProvider time)
    {
        // Nothing from the surroundings: no appsettings.json, no ASPNETCORE_ variables, no arguments.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddProvider(logs).SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddRoutingCore();
        builder.Services.AddRateLimiter(options => Limit(options, settings.Limits));
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = settings.Limits.BodyBytes;
            kestrel.Listen(AddressOf(settings.Host), settings.Port);
        });

        var application = builder.Build();
        var logger = application.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Pangu.Serving");
        var metrics = new RequestMetrics(time);
        application.Use((context, next) => metrics.Count(context, next));
        application.Use((context, next) => Errors.Catch(context, next, logger));
        application.Use((context, next) => keys is null || OpenToAll.Contains(context.Request.Path.Value) || keys.Admits(context.Request)
            ? next(context)
            : Errors.Write(context, StatusCodes.Status401Unauthorized, "invalid-key", null, "This server wants a key: send the header 'Authorization: Bearer <key>' with one from its keys file."));
        application.UseRouting();
        application.UseRateLimiter();
        MetricsEndpoint.Map(application, metrics);
        MapEndpoints(application, new ServedModels(models), settings.Limits, time);
        return application;
    }

    private static void MapEndpoints(WebApplication application, ServedModels models, ServerLimits limits, TimeProvider time)
    {
        HealthEndpoints.Map(application);
        OpenApiEndpoint.Map(application);
        ModelsEndpoint.Map(application, models);
        ForecastEndpoint.Map(application, models, limits, time);
        AnomalyEndpoint.Map(application, models, limits, time);
        CompletionEndpoint.Map(application, models, limits, time);
        application.MapFallback(context => Errors.Write(context, StatusCodes.Status404NotFound, "no-such-endpoint", null, $"There is no {context.Request.Method} {context.Request.Path} here; /openapi.json lists what there is."));
    }

    private static void Limit(Microsoft.AspNetCore.RateLimiting.RateLimiterOptions options, ServerLimits limits)
    {
        var concurrency = new ConcurrencyLimiterOptions { PermitLimit = limits.Concurrency, QueueLimit = limits.Queue, QueueProcessingOrder = QueueProcessingOrder.OldestFirst };
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, bool>(context => HttpMethods.IsPost(context.Request.Method)
            ? RateLimitPartition.GetConcurrencyLimiter(true, _ => concurrency)
            : RateLimitPartition.GetNoLimiter(false));
        options.OnRejected = (rejected, _) => new ValueTask(Errors.Write(
            rejected.HttpContext, StatusCodes.Status429TooManyRequests, "busy", null, string.Create(CultureInfo.InvariantCulture, $"{limits.Concurrency} requests are being worked on and {limits.Queue} wait; try again in a moment.")));
    }

    private static IPAddress AddressOf(string host) =>
        host == "localhost" ? IPAddress.Loopback
        : host == "*" ? IPAddress.Any
        : IPAddress.TryParse(host, out var address) ? address
        : throw PanguException.Usage("host", $"--host is '{host}'; expected an IP address of this machine such as 127.0.0.1, 0.0.0.0 or ::1, or localhost.");
}
