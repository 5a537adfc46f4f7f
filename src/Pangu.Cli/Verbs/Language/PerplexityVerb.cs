using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using Pangu.Core;
using Pangu.Evaluation.Language;
using Pangu.Modalities.Text;

namespace Pangu.Cli.Verbs.Language;

/// <summary><c>pangu perplexity</c>: how well a model foretells a text.</summary>
internal static class PerplexityVerb
{
    private const int DefaultWindow = 512;

    public static Command Create(VerbHost host)
    {
        var model = new Argument<string>("model") { Description = "Registry name, beginning of a hash, package or Hugging Face folder." };
        var text = new Argument<string>("text") { Description = "UTF-8 text file.", HelpName = "text file" };
        var window = new Option<int?>("--window") { Description = $"Tokens of a window (default {DefaultWindow}, less where the model takes less).", HelpName = "n" };
        return host.Verb(
            "perplexity", "How well a model foretells a text: windows that do not overlap, the first token of each not foretold.", "./pangu perplexity tiny-shakespeare/foundation book.txt --window 64", [model, text, window],
            call => Run(call, call.Parsed.GetRequiredValue(model), call.Parsed.GetRequiredValue(text), call.Parsed.GetValue(window)));
    }

    private static int Run(VerbCall call, string reference, string path, int? window)
    {
        if (window is < 2)
        {
            throw PanguException.Usage("window", $"--window is {window}; expected at least 2.");
        }

        var began = call.Time.GetTimestamp();
        var text = TextFile.Read(path);
        using var opened = OpenedModel<ITextGenerator>.Open(call, reference, "generate");
        var most = opened.Engine.Traits.MaxTokens;
        if (window > most)
        {
            throw PanguException.Usage("window", $"--window is {window}; {opened.Name} takes at most {most} tokens.");
        }

        var tokens = window ?? Math.Min(DefaultWindow, most ?? DefaultWindow);
        if (tokens > opened.Engine.Traits.TrainedTokens)
        {
            call.Notes([$"{opened.Name} was trained on windows of {opened.Engine.Traits.TrainedTokens} tokens, these have {tokens}; --window {opened.Engine.Traits.TrainedTokens} shows it as it was trained."]);
        }

        var found = Perplexity.Measure(opened.Engine, opened.Engine.Encode(text), tokens, call.Progress, call.CancellationToken);
        var result = new PerplexityResult(1, opened.Name, found.MeanNegativeLogLikelihood, found.Value, found.Tokens, tokens, call.Time.GetElapsedTime(began).TotalSeconds, opened.Released, opened.Simulated);
        call.Result(result, PerplexityJson.Default.PerplexityResult, writer => writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{result.MeanNegativeLogLikelihood:F4} nats a token, perplexity {result.Perplexity:F3}, over {result.Tokens} tokens in windows of {result.Window}, {result.Seconds:F2} s.")));
        return 0;
    }
}

/// <summary>What <c>perplexity --json</c> prints.</summary>
internal sealed record PerplexityResult(int Schema, string Model, double MeanNegativeLogLikelihood, double Perplexity, long Tokens, int Window, double Seconds, bool Released, bool Simulated);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(PerplexityResult))]
internal sealed partial class PerplexityJson : JsonSerializerContext;
