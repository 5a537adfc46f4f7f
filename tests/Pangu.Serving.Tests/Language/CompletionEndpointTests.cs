using System.Text;
using System.Text.Json;
using Pangu.Core;

namespace Pangu.Serving.Tests.Language;

public sealed class CompletionEndpointTests
{
    [Fact]
    public async Task Post_OfAText_ContinuesItWithUsage()
    {
        await using var server = await RunningServer.StartAsync(Letters());
        var (status, body) = await server.PostAsync("/v1/completions", """{"model":"letters","prompt":"abc","max_tokens":3,"seed":0}""");

        Assert.Equal((200, "text_completion", "letters"), (status, body.GetProperty("object").GetString(), body.GetProperty("model").GetString()));
        Assert.StartsWith("cmpl-", body.GetProperty("id").GetString(), StringComparison.Ordinal);
        var choice = Assert.Single(body.GetProperty("choices").EnumerateArray());
        Assert.Equal(("def", 0, "length", JsonValueKind.Null), (choice.GetProperty("text").GetString(), choice.GetProperty("index").GetInt32(), choice.GetProperty("finish_reason").GetString(), choice.GetProperty("logprobs").ValueKind));
        Assert.Equal((3, 3, 6), Usage(body));
        Assert.False(choice.TryGetProperty("token_ids", out _));
    }

    [Fact]
    public async Task Post_OfTokenIds_GivesTokenIdsBack()
    {
        await using var server = await RunningServer.StartAsync(Letters());
        var (_, body) = await server.PostAsync("/v1/completions", """{"prompt":[0,1],"max_tokens":2,"seed":0}""");
        Assert.Equal([2, 3], body.GetProperty("choices")[0].GetProperty("token_ids").EnumerateArray().Select(id => id.GetInt32()));
    }

    [Fact]
    public async Task Post_OfSeveralPromptsAndChoices_NumbersThemInOrder()
    {
        await using var server = await RunningServer.StartAsync(Letters());
        var (_, body) = await server.PostAsync("/v1/completions", """{"prompt":["a","k"],"n":2,"max_tokens":1,"seed":0,"stop":["zz"]}""");
        Assert.Equal(["b", "c", "l", "m"], body.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString()));
        Assert.Equal([0, 1, 2, 3], body.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("index").GetInt32()));
        Assert.Equal((2, 4, 6), Usage(body));
    }

    [Fact]
    public async Task Post_WithStop_EndsThere()
    {
        await using var server = await RunningServer.StartAsync(Letters());
        var (_, body) = await server.PostAsync("/v1/completions", """{"prompt":"a","max_tokens":9,"seed":0,"stop":"d"}""");
        Assert.Equal(("bc", "stop"), (body.GetProperty("choices")[0].GetProperty("text").GetString(), body.GetProperty("choices")[0].GetProperty("finish_reason").GetString()));
    }

    [Fact]
    public async Task Post_Streamed_GivesPiecesUsageAndDone()
    {
        await using var server = await RunningServer.StartAsync(Letters());
        var events = await StreamAsync(server, """{"prompt":"a","max_tokens":3,"seed":0,"stream":true,"stream_options":{"include_usage":true}}""");

        Assert.Equal("[DONE]", events[^1]);
        var chunks = events.SkipLast(1).Select(text => JsonDocument.Parse(text).RootElement).ToList();
        var choices = chunks.Where(chunk => chunk.GetProperty("choices").GetArrayLength() > 0).Select(chunk => chunk.GetProperty("choices")[0]).ToList();
        Assert.Equal("bcd", string.Concat(choices.Select(choice => choice.GetProperty("text").GetString())));
        Assert.Equal([null, null, null, "length"], choices.Select(choice => choice.GetProperty("finish_reason").GetString()));
        Assert.Equal((1, 3, 4), Usage(chunks[^1]));
        Assert.Single(chunks.Select(chunk => chunk.GetProperty("id").GetString()).Distinct());
    }

    [Fact]
    public async Task Post_StreamThatFailsMidway_EndsWithAnErrorObject()
    {
        await using var server = await RunningServer.StartAsync(Letters(new CountingGenerator { FailAfter = 2 }));
        var events = await StreamAsync(server, """{"prompt":"a","max_tokens":3,"stream":true}""");
        Assert.Equal("broken", JsonDocument.Parse(events[^2]).RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("""{"prompt":"a","temperature":-1}""", "sampling", "temperature")]
    [InlineData("""{"prompt":"a","top_p":0}""", "sampling", "top_p")]
    [InlineData("""{"prompt":"a","top_p":0,"stream":true}""", "sampling", "top_p")]
    [InlineData("""{"prompt":"a","max_tokens":9000}""", "max-tokens", "max_tokens")]
    [InlineData("""{"prompt":"a","max_tokens":-1}""", "max-tokens", "max_tokens")]
    [InlineData("""{"prompt":"a","n":17}""", "choices", "n")]
    [InlineData("""{"prompt":"a","n":0}""", "choices", "n")]
    [InlineData("""{"prompt":[]}""", "choices", "n")]
    [InlineData("""{"prompt":""}""", "prompt", "prompt")]
    [InlineData("""{"prompt":7}""", "prompt", "prompt")]
    [InlineData("""{"prompt":[26]}""", "prompt", "prompt")]
    [InlineData("""{"prompt":["a",1]}""", "prompt", "prompt")]
    [InlineData("""{"prompt":"A"}""", "text-unknown", null)]
    [InlineData("""{"prompt":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""", "context_length_exceeded", "prompt")]
    [InlineData("""{"prompt":"a","stop":["a","b","c","d","e"]}""", "stop", "stop")]
    [InlineData("""{"prompt":"a","stop":""}""", "stop", "stop")]
    [InlineData("""{"prompt":"a","echo":true}""", "not-supported", "echo")]
    [InlineData("""{"prompt":"a","logprobs":2}""", "not-supported", "logprobs")]
    [InlineData("""{"prompt":"a","presence_penalty":1}""", "not-supported", "presence_penalty")]
    [InlineData("""{"prompt":"a","logit_bias":{"5":1}}""", "not-supported", "logit_bias")]
    [InlineData("""{"prompt":"a","stream_options":{}}""", "not-supported", "stream_options")]
    [InlineData("""{"prompt":"a","unheard":1}""", "json", null)]
    [InlineData("""{}""", "json", null)]
    public async Task Post_OfWhatCannotBeHonoured_IsRefusedByName(string request, string code, string? parameter)
    {
        await using var server = await RunningServer.StartAsync(Letters());
        var (status, body) = await server.PostAsync("/v1/completions", request);
        var error = body.GetProperty("error");
        Assert.Equal((400, code), (status, error.GetProperty("code").GetString()));
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        if (parameter is not null)
        {
            Assert.Equal(parameter, error.GetProperty("param").GetString());
        }
    }

    [Fact]
    public async Task Post_NullsAndDefaultsOfClients_AreTaken()
    {
        await using var server = await RunningServer.StartAsync(Letters());
        const string request = """
            {"model":"letters","prompt":"a","max_tokens":null,"temperature":null,"top_p":null,"n":null,"stream":null,"stop":null,"seed":null,"logprobs":null,"echo":false,"suffix":null,"best_of":1,
             "presence_penalty":0,"frequency_penalty":0.0,"logit_bias":null,"user":"somebody"}
            """;
        var (status, body) = await server.PostAsync("/v1/completions", request);
        Assert.Equal((200, 16), (status, body.GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
    }

    [Fact]
    public async Task Post_OfAModelThatCannot_SaysWhichCan()
    {
        await using var server = await RunningServer.StartAsync(Letters(), RunningServer.Forecaster());
        var (status, body) = await server.PostAsync("/v1/completions", """{"model":"repeat","prompt":"a"}""");
        Assert.Equal((400, "model-capability"), (status, body.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(404, (await server.PostAsync("/v1/completions", """{"model":"nobody","prompt":"a"}""")).Status);
    }

    [Fact]
    public async Task Post_AtTheSameTime_EachGetsItsOwnAnswer()
    {
        await using var server = await RunningServer.StartAsync(Letters());
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(index => server.PostAsync("/v1/completions", $$"""{"prompt":"{{(char)('a' + index)}}","max_tokens":2,"seed":0}""")));
        Assert.Equal(Enumerable.Range(0, 12).Select(index => $"{(char)('b' + index)}{(char)('c' + index)}"), answers.Select(answer => answer.Body.GetProperty("choices")[0].GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Post_WhoseCallerLeaves_StopsWorking()
    {
        using var started = new SemaphoreSlim(0);
        using var stopped = new SemaphoreSlim(0);
        var generator = new CountingGenerator
        {
            BeforeToken = token =>
            {
                started.Release();
                token.WaitHandle.WaitOne();
                stopped.Release();
            },
        };
        await using var server = await RunningServer.StartAsync(Letters(generator));
        using var leaving = new CancellationTokenSource();
        using var content = new StringContent("""{"prompt":"a","max_tokens":4}""", Encoding.UTF8, "application/json");
        var request = server.Client.PostAsync(new Uri("/v1/completions", UriKind.Relative), content, leaving.Token);
        await started.WaitAsync(TestContext.Current.CancellationToken);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        Assert.True(await stopped.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Models_ThatGenerate_SayTheirVocabulary()
    {
        await using var server = await RunningServer.StartAsync(Letters());
        var entry = (await server.GetAsync("/v1/models")).Body.GetProperty("data")[0];
        Assert.Equal((26, 16, 32), (entry.GetProperty("vocabulary").GetInt32(), entry.GetProperty("trained_tokens").GetInt32(), entry.GetProperty("context").GetInt32()));
    }

    private static ServedModel Letters(CountingGenerator? engine = null) =>
        new("letters", new ModelDescription { Capability = Capability.Generate, Family = Family.Language }, engine ?? new CountingGenerator());

    private static (int Prompt, int Completion, int Total) Usage(JsonElement answer)
    {
        var usage = answer.GetProperty("usage");
        return (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32());
    }

    private static async Task<IReadOnlyList<string>> StreamAsync(RunningServer server, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await server.Client.PostAsync(new Uri("/v1/completions", UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal((200, "text/event-stream"), ((int)response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.EndsWith("\n\n", text, StringComparison.Ordinal);
        return [.. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            Assert.StartsWith("data: ", line, StringComparison.Ordinal);
            return line["data: ".Length..];
        })];
    }
}
