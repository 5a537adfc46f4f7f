using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Pangu.Serving.Http;

/// <summary>Counts requests by endpoint, method and status, and the seconds until their answers had gone. Safe for many callers.</summary>
internal sealed class RequestMetrics(TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Endpoint, string Method, int Status), (long Count, double Seconds)> _answers = new();
    private int _inProgress;

    /// <summary>Runs the rest of the pipeline and counts it.</summary>
    public async Task Count(HttpContext context, RequestDelegate next)
    {
        Interlocked.Increment(ref _inProgress);
        var began = time.GetTimestamp();
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _inProgress);
            var seconds = time.GetElapsedTime(began).TotalSeconds;

            // By the endpoint's pattern and known methods: what callers make up must not grow the table.
            var endpoint = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } pattern && pattern.StartsWith('/') ? pattern : "other";
            var method = HttpMethods.IsGet(context.Request.Method) ? "GET" : HttpMethods.IsPost(context.Request.Method) ? "POST" : "other";
            _answers.AddOrUpdate((endpoint, method, context.Response.StatusCode), (1, seconds), (_, sums) => (sums.Count + 1, sums.Seconds + seconds));
        }
    }

    /// <summary>The sums in the text form of Prometheus, version 0.0.4.</summary>
    public string Text()
    {
        var rows = _answers.OrderBy(row => row.Key).ToList();
        var text = new StringBuilder();
        Head("pangu_requests_in_progress", "gauge", "Requests that are being answered.");
        text.Append(CultureInfo.InvariantCulture, $"pangu_requests_in_progress {_inProgress}\n");
        Head("pangu_requests_total", "counter", "Requests that were answered.");
        foreach (var (key, sums) in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"pangu_requests_total{Labels(key)} {sums.Count}\n");
        }

        Head("pangu_request_seconds_total", "counter", "Seconds until answers had gone, added up.");
        foreach (var (key, sums) in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"pangu_request_seconds_total{Labels(key)} {sums.Seconds:R}\n");
        }

        return text.ToString();

        void Head(string name, string kind, string help) => text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    private static string Labels((string Endpoint, string Method, int Status) key) => string.Create(CultureInfo.InvariantCulture, $"{{endpoint=\"{key.Endpoint}\",method=\"{key.Method}\",status=\"{key.Status}\"}}");
}
