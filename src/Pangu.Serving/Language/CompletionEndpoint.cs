using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pangu.Core;
using Pangu.Serving.Http;

namespace Pangu.Serving.Language;

/// <summary><c>POST /v1/completions</c>: continues texts, whole or as a stream of server-sent events.</summary>
internal sealed class CompletionEndpoint(ServedModels models, ServerLimits limits, TimeProvider time)
{
    private static readonly byte[] Begin = "data: "u8.ToArray();
    private static readonly byte[] End = "\n\n"u8.ToArray();

    public static void Map(IEndpointRouteBuilder routes, ServedModels models, ServerLimits limits, TimeProvider time) =>
        routes.MapPost("/v1/completions", new CompletionEndpoint(models, limits, time).Handle);

    private async Task Handle(HttpContext context)
    {
        using var document = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted).ConfigureAwait(false);
        var body = ApiJson.Read(document.RootElement, CompletionJson.Default.CompletionBody);
        var (model, engine) = models.Find<ITextGenerator>(body.Model, "generate");
        var requests = CompletionRequests.Read(body, engine, limits, NewSeed);
        var answer = new CompletionAnswer($"cmpl-{Guid.NewGuid():N}", "text_completion", time.GetUtcNow().ToUnixTimeSeconds(), model.Name, []);
        var choices = new Choices(engine, requests, body.N ?? 1, CompletionRequests.IsIds(body.Prompt));
        if (body.Stream is true)
        {
            await Stream(context, answer, choices, body.StreamOptions?.IncludeUsage is true).ConfigureAwait(false);
            return;
        }

        var whole = Enumerable.Range(0, requests.Count).Select(index => choices.Whole(index, context.RequestAborted)).ToList();
        await context.Response.WriteAsJsonAsync(answer with { Choices = whole, Usage = choices.Usage }, CompletionJson.Default.CompletionAnswer, cancellationToken: context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task Stream(HttpContext context, CompletionAnswer answer, Choices choices, bool usage)
    {
        // The first piece is asked for before the answer begins, so that what is wrong with the request still gets its own status.
        using var pieces = choices.Pieces(context.RequestAborted).GetEnumerator();
        var more = pieces.MoveNext();
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        try
        {
            while (more)
            {
                await Event(context, answer with { Choices = [pieces.Current] }).ConfigureAwait(false);
                more = pieces.MoveNext();
            }

            if (usage)
            {
                await Event(context, answer with { Usage = choices.Usage }).ConfigureAwait(false);
            }
        }
        catch (PanguException exception)
        {
            var error = new ErrorObject(exception.Message, "server_error", null, exception.Code);
            await Event(context, JsonSerializer.SerializeToUtf8Bytes(new StreamError(error), StreamErrorJson.Default.StreamError)).ConfigureAwait(false);
        }

        await Event(context, Encoding.UTF8.GetBytes("[DONE]")).ConfigureAwait(false);
    }

    private static Task Event(HttpContext context, CompletionAnswer chunk) => Event(context, JsonSerializer.SerializeToUtf8Bytes(chunk, CompletionJson.Default.CompletionAnswer));

    private static async Task Event(HttpContext context, byte[] data)
    {
        await context.Response.Body.WriteAsync((byte[])[.. Begin, .. data, .. End], context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>A request without a seed gets one of its own: who wants the same answer again names one.</summary>
    private ulong NewSeed() => unchecked((ulong)time.GetUtcNow().UtcTicks ^ BitConverter.ToUInt64(Guid.NewGuid().ToByteArray()));

    /// <summary>The choices of one request, worked on one after the other.</summary>
    private sealed class Choices(ITextGenerator engine, IReadOnlyList<TextRequest> requests, int each, bool ids)
    {
        private int _promptTokens;
        private int _completionTokens;

        public CompletionUsage Usage => new(_promptTokens, _completionTokens, _promptTokens + _completionTokens);

        public CompletionChoice Whole(int index, CancellationToken cancellationToken)
        {
            var text = new StringBuilder();
            var tokens = new List<int>();
            string? reason = null;
            foreach (var piece in Of(index, cancellationToken))
            {
                text.Append(piece.Text);
                tokens.AddRange(piece.TokenIds ?? []);
                reason = piece.FinishReason;
            }

            return new CompletionChoice(text.ToString(), index, reason) { TokenIds = ids ? tokens : null };
        }

        /// <summary>All choices, piece by piece.</summary>
        public IEnumerable<CompletionChoice> Pieces(CancellationToken cancellationToken) => Enumerable.Range(0, requests.Count).SelectMany(index => Of(index, cancellationToken));

        private IEnumerable<CompletionChoice> Of(int index, CancellationToken cancellationToken)
        {
            foreach (var piece in engine.Generate(requests[index], cancellationToken))
            {
                if (piece.Finish is { } finish)
                {
                    // A prompt with several choices is counted once, as OpenAI does.
                    _promptTokens += index % each == 0 ? finish.PromptTokens : 0;
                    _completionTokens += finish.CompletionTokens;
                }

                // Half a character, or what may become a stop text, makes no chunk of its own.
                if (piece.Text.Length > 0 || piece.Finish is not null || (ids && piece.Ids.Count > 0))
                {
                    yield return new CompletionChoice(piece.Text, index, piece.Finish is { } end ? Words.Of(end.Reason) : null) { TokenIds = ids ? piece.Ids : null };
                }
            }
        }
    }
}

/// <summary>What a stream ends with when generation fails midway.</summary>
internal sealed record StreamError(ErrorObject Error);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.SnakeCaseLower)]
[System.Text.Json.Serialization.JsonSerializable(typeof(StreamError))]
internal sealed partial class StreamErrorJson : System.Text.Json.Serialization.JsonSerializerContext;
