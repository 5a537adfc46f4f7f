using System.Text.Json.Serialization;
using Pangu.Core;
using Pangu.Modalities.Text;
using Pangu.Workshop.Language.Evaluation;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Language;

/// <summary>A recipe of the language family: a text, models that learn to continue it, evaluation beside n-grams.</summary>
public sealed record LanguageRecipe : Recipe
{
    /// <summary>The text that is learned from and judged on.</summary>
    public required LanguageDataSettings Data { get; init; }

    /// <summary>The models by name, parents before children.</summary>
    public required IReadOnlyDictionary<string, LanguageModelSettings> Models { get; init; }

    /// <summary>What is measured beside which baselines, and what is written for people to read.</summary>
    public LanguageEvaluationSettings Evaluation { get; init; } = new();
}

/// <summary>The recipe's data.</summary>
public sealed record LanguageDataSettings
{
    /// <summary>The text.</summary>
    public required TextSettings Text { get; init; }

    /// <summary>Catalogue id of a simulated set whose first file takes the place of a text that cannot be reached. Default none.</summary>
    public string? StandIn { get; init; }
}

/// <summary>One text.</summary>
public sealed record TextSettings
{
    /// <summary>Name of the text in metrics and reports, for example <c>tinyshakespeare</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Catalogue id of the data; this or <see cref="Path"/>.</summary>
    public string? Source { get; init; }

    /// <summary>File of the catalogue entry; default its first.</summary>
    public string? File { get; init; }

    /// <summary>Path of a UTF-8 file, relative to the file that states it; this or <see cref="Source"/>.</summary>
    [RecipePath]
    public string? Path { get; init; }

    /// <summary>What becomes of line ends. Default keep.</summary>
    public LineEnds LineEnds { get; init; }

    /// <summary>Text that ends a document: windows do not look across it. Default none, the whole text is one document.</summary>
    public string? Separator { get; init; }

    /// <summary>How text becomes tokens.</summary>
    public TokenizerSettings Tokenizer { get; init; } = new();

    /// <summary>How the text is divided, by position.</summary>
    public TextSplitSettings Splits { get; init; } = new();
}

/// <summary>How text becomes tokens. The vocabulary, and nothing else, is taken from both parts of the text.</summary>
public sealed record TokenizerSettings
{
    /// <summary>What a token is. Default characters.</summary>
    public TokenizerKind Kind { get; init; }

    /// <summary>A character of the text that takes the place of those that the model does not know, when it is used; default none, they are an error.</summary>
    public string? Unknown { get; init; }

    /// <summary>Most different characters that the text may hold: what the check counts the model's tables with before the text is at hand. Default as many as it holds.</summary>
    public int? MostCharacters { get; init; }
}

/// <summary>What a token is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TokenizerKind>))]
public enum TokenizerKind
{
    /// <summary>A character: a Unicode scalar value.</summary>
    [JsonStringEnumMemberName("characters")] Characters,

    /// <summary>A byte of UTF-8.</summary>
    [JsonStringEnumMemberName("bytes")] Bytes,
}

/// <summary>Division of a text by position: whole numbers above 1 are characters, numbers up to 1 are shares of all characters, rounded down.</summary>
public sealed record TextSplitSettings
{
    /// <summary>First part: learned from. Default 0.9.</summary>
    public double Train { get; init; } = 0.9;

    /// <summary>Next part: judged on, by the gate. Default 0.1.</summary>
    public double Validation { get; init; } = 0.1;
}

/// <summary>One model of the recipe.</summary>
public sealed record LanguageModelSettings
{
    /// <summary>Tier.</summary>
    public required Tier Tier { get; init; }

    /// <summary>What it can be asked: <c>generate</c>.</summary>
    public required Capability Capability { get; init; }

    /// <summary>Name of the model it starts from; none for a model from nothing.</summary>
    public string? Parent { get; init; }

    /// <summary>Shape of the network; needed where there is no parent.</summary>
    public LanguageNetworkSettings? Network { get; init; }

    /// <summary>How the network learns.</summary>
    public required LanguageTrainingSettings Training { get; init; }

    /// <summary>What the model may take at most; none leaves it free.</summary>
    public BudgetSettings? Budget { get; init; }

    /// <summary>The bars it must pass to be released; none leaves it only reported.</summary>
    public LanguageGateSettings? Gate { get; init; }
}

/// <summary>What a model may take at most, so that recipes can be compared; the check and the run hold it to that.</summary>
public sealed record BudgetSettings
{
    /// <summary>Learned numbers, tables of positions not counted.</summary>
    public required long Parameters { get; init; }

    /// <summary>Tokens seen in training, each as often as it is seen: steps x micro-batches x batch x context. Characters, where a token is a character.</summary>
    public required long Characters { get; init; }
}

/// <summary>The bars of a model, on the whole validation part. They stand in the recipe before the model's first evaluation.</summary>
public sealed record LanguageGateSettings
{
    /// <summary>Share by which the model's nats per character must lie below the best baseline's. Default 0: at least as good.</summary>
    public double Margin { get; init; }

    /// <summary>Largest difference between served logits and training's on held-out windows. Default 1e-4.</summary>
    public double ServedTolerance { get; init; } = 1e-4;

    /// <summary>Tokens that both engines must choose alike when they take the likeliest each time. Default 200.</summary>
    public int GreedyTokens { get; init; } = 200;
}

/// <summary>What is measured beside which baselines, and what is written for people to read.</summary>
public sealed record LanguageEvaluationSettings
{
    /// <summary>Baselines that are run on the same targets.</summary>
    public IReadOnlyList<string> Baselines { get; init; } = TextBaselines.Names;

    /// <summary>Temperatures of the samples in the report. Default 0, 0.5, 0.8 and 1.</summary>
    public IReadOnlyList<double> Temperatures { get; init; } = [0, 0.5, 0.8, 1];

    /// <summary>Tokens of each sample. Default 300.</summary>
    public int SampleTokens { get; init; } = 300;

    /// <summary>What samples begin with; default the first line of the validation part.</summary>
    public string? Prompt { get; init; }
}
