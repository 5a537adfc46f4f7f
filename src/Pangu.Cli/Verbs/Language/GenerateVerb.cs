using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Pangu.Core;

namespace Pangu.Cli.Verbs.Language;

/// <summary><c>pangu generate</c>: continues a text, shown as it is made.</summary>
internal static class GenerateVerb
{
    public static Command Create(VerbHost host)
    {
        var defaults = new TextRequest();
        var model = new Argument<string>("model") { Description = "Registry name, beginning of a hash, package or Hugging Face folder." };
        var prompt = new Option<string?>("--prompt") { Description = "Text to continue.", HelpName = "text" };
        var ids = new Option<string?>("--ids") { Description = "Token ids to continue, separated by commas; in place of --prompt.", HelpName = "1,2,3" };
        var maxTokens = new Option<int>("--max-tokens") { Description = "Most tokens to make.", HelpName = "n", DefaultValueFactory = _ => defaults.MaxTokens };
        var temperature = new Option<double>("--temperature") { Description = "Divides the logits; 0 always takes the likeliest token.", HelpName = "x", DefaultValueFactory = _ => defaults.Sampling.Temperature };
        var topK = new Option<int>("--top-k") { Description = "Keeps so many of the likeliest tokens; 0 keeps all.", HelpName = "n", DefaultValueFactory = _ => defaults.Sampling.TopK };
        var topP = new Option<double>("--top-p") { Description = "Keeps the likeliest tokens that together reach this probability.", HelpName = "x", DefaultValueFactory = _ => defaults.Sampling.TopP };
        var minP = new Option<double>("--min-p") { Description = "Drops tokens less likely than this share of the likeliest.", HelpName = "x", DefaultValueFactory = _ => defaults.Sampling.MinP };
        var stop = new Option<string[]>("--stop") { Description = "Text that ends the answer. Repeatable.", HelpName = "text", AllowMultipleArgumentsPerToken = false };
        return host.Verb(
            "generate", "Continues a text, shown as it is made; --seed makes the same answer again.", "./pangu generate tiny-shakespeare/foundation --prompt \"ROMEO:\" --max-tokens 200 --temperature 0.8 --seed 1",
            [model, prompt, ids, maxTokens, temperature, topK, topP, minP, stop],
            call => Run(call, call.Parsed.GetRequiredValue(model), Request(call, call.Parsed.GetValue(prompt), call.Parsed.GetValue(ids)) with
            {
                MaxTokens = call.Parsed.GetValue(maxTokens),
                StopTexts = call.Parsed.GetValue(stop) ?? [],
                Sampling = new SamplingOptions
                {
                    Temperature = call.Parsed.GetValue(temperature),
                    TopK = call.Parsed.GetValue(topK),
                    TopP = call.Parsed.GetValue(topP),
                    MinP = call.Parsed.GetValue(minP),
                    Seed = call.Settings.Seed ?? defaults.Sampling.Seed,
                },
            }),
            VerbUses.Seed);
    }

    private static TextRequest Request(VerbCall call, string? prompt, string? ids)
    {
        if (prompt is null == ids is null)
        {
            throw PanguException.Usage("prompt", "Give either --prompt or --ids.");
        }

        return prompt is not null
            ? new TextRequest { Prompt = prompt }
            : new TextRequest
            {
                PromptIds = [.. ids!.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                    ? id
                    : throw PanguException.Usage("ids", $"--ids holds '{part}'; expected token ids separated by commas."))],
            };
    }

    private static int Run(VerbCall call, string reference, TextRequest request)
    {
        var problems = request.Sampling.Validate().Select(problem => $"--{problem}.").ToList();
        if (request.MaxTokens < 0)
        {
            problems.Add($"--max-tokens is {request.MaxTokens}; expected 0 or more.");
        }

        if (request.StopTexts.Contains(string.Empty))
        {
            problems.Add("--stop is empty; expected a text.");
        }

        if (problems.Count > 0)
        {
            throw PanguException.Usage("sampling", string.Join(' ', problems));
        }

        using var opened = OpenedModel<ITextGenerator>.Open(call, reference, "generate");
        var (text, ids) = (new StringBuilder(), new List<int>());
        TextFinish? finish = null;
        foreach (var piece in opened.Engine.Generate(request, call.CancellationToken))
        {
            text.Append(piece.Text);
            ids.AddRange(piece.Ids);
            finish = piece.Finish ?? finish;
            Show(call, opened.Engine.Traits.HasTokenizer ? piece.Text : string.Concat(piece.Ids.Select(id => $"{id} ")));
        }

        Report(call, new GenerateResult(
            1, opened.Name, text.ToString(), ids, Words.Of(finish!.Reason),
            new GenerateUsage(finish.PromptTokens, finish.CompletionTokens, finish.PromptTokens + finish.CompletionTokens),
            new GenerateTimings(finish.PromptTokensPerSecond, finish.DecodeTokensPerSecond), opened.Released, opened.Simulated));
        return 0;
    }

    /// <summary>A piece goes out at once: generation is meant to be watched.</summary>
    private static void Show(VerbCall call, string text)
    {
        if (!call.Settings.Json && text.Length > 0)
        {
            call.Output.Write(text);
            call.Output.Flush();
        }
    }

    private static void Report(VerbCall call, GenerateResult result)
    {
        call.Result(result, GenerateJson.Default.GenerateResult, writer => writer.WriteLine());
        if (!call.Settings.Json)
        {
            call.Errors.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Usage.CompletionTokens} tokens after {result.Usage.PromptTokens}, ended by {result.FinishReason}; {result.Timings.PromptTokensPerSecond:F0} tokens a second read, {result.Timings.DecodeTokensPerSecond:F0} made."));
        }
    }
}

/// <summary>What <c>generate --json</c> prints.</summary>
internal sealed record GenerateResult(int Schema, string Model, string Text, IReadOnlyList<int> Ids, string FinishReason, GenerateUsage Usage, GenerateTimings Timings, bool Released, bool Simulated);

/// <summary>Tokens that an answer took.</summary>
internal sealed record GenerateUsage(int PromptTokens, int CompletionTokens, int TotalTokens);

/// <summary>How fast it came.</summary>
internal sealed record GenerateTimings(double PromptTokensPerSecond, double DecodeTokensPerSecond);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GenerateResult))]
internal sealed partial class GenerateJson : JsonSerializerContext;
