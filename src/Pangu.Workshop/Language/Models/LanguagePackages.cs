using Pangu.Core;
using Pangu.Formats;
using Pangu.Modalities.Text;

namespace Pangu.Workshop.Language.Models;

/// <summary>Packages of the language family.</summary>
internal static class LanguagePackages
{
    /// <summary>Reads and writes the family's configs.</summary>
    public static ModelConfigJson Json { get; } = new(LanguageConfigTypes.Create());

    /// <summary>Writes a package: config, weights, tokenizer, and the length of the windows that it learned from.</summary>
    /// <param name="folder">The package.</param>
    /// <param name="config">What the model computes.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="tokenizer">Turns text into its ids.</param>
    /// <param name="context">Tokens of the windows that it learned from.</param>
    public static void Write(string folder, ModelConfig config, IReadOnlyDictionary<string, TensorData> weights, ITextTokenizer tokenizer, int context) => ModelPackage.Write(
        folder,
        Family.Language,
        Capability.Generate,
        config,
        weights,
        new Dictionary<string, string>
        {
            [TextTokenizers.FileName] = tokenizer.ToJson(),
            [TextPreprocessor.FileName] = new TextPreprocessor { TrainedTokens = context }.ToJson(),
        },
        Json);
}
