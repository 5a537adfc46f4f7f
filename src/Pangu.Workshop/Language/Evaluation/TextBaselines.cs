using System.Text.Json;
using Pangu.Data;
using Pangu.Evaluation.Language;
using Pangu.Evaluation.Language.Baselines;

namespace Pangu.Workshop.Language.Evaluation;

/// <summary>The baselines of language models by name.</summary>
internal static class TextBaselines
{
    /// <summary>How often each token is.</summary>
    public const string Unigram = "unigram";

    /// <summary>Interpolated Kneser-Ney over five tokens.</summary>
    public const string FiveGram = "5-gram";

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [Unigram, FiveGram];

    /// <summary>Fits a baseline.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="train">What is learned from.</param>
    /// <param name="vocabulary">V.</param>
    /// <param name="cancellation">Asks for a stop.</param>
    /// <returns>The baseline.</returns>
    public static ITokenScorer Fit(string name, TokenPart train, int vocabulary, CancellationToken cancellation) => name switch
    {
        Unigram => UnigramModel.Fit(train, vocabulary),
        _ => KneserNeyModel.Fit(train, vocabulary, cancellationToken: cancellation),
    };
}

/// <summary>What the baselines came to on a text: figures by key, by baseline. The content of <c>baselines.json</c>.</summary>
internal static class BaselineFile
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n" };

    public static void Write(string path, SortedDictionary<string, IReadOnlyDictionary<string, double>> figures) => File.WriteAllText(path, JsonSerializer.Serialize(figures, s_json));

    public static SortedDictionary<string, IReadOnlyDictionary<string, double>> Read(string path) =>
        JsonSerializer.Deserialize<SortedDictionary<string, IReadOnlyDictionary<string, double>>>(File.ReadAllText(path), s_json)!;
}
