using Pangu.Core;
using Pangu.Formats;
using Pangu.Modalities.Text;

namespace Pangu.Inference;

/// <summary>Opens folders of the language family.</summary>
internal static class LanguagePackage
{
    /// <summary>Opens a package or a Hugging Face folder and hands its contents on; it is closed again afterwards.</summary>
    /// <typeparam name="T">What is made of it.</typeparam>
    /// <param name="folder">The folder.</param>
    /// <param name="make">Makes it; weights are valid during the call.</param>
    /// <returns>What was made.</returns>
    internal static T Open<T>(string folder, Func<LanguageModel, T> make)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (HuggingFaceFolder.Looks(folder))
        {
            using var imported = HuggingFaceFolder.Read(folder);
            RequireLanguage(imported.Family, imported.Folder);
            return make(new LanguageModel(imported.Folder, imported.Config, imported.Weights, new TextPreprocessor { TrainedTokens = imported.TrainedTokens, EndIds = imported.EndIds }));
        }

        using var package = ModelPackage.Open(folder, new ModelConfigJson(SeriesConfigTypes.Create(), LanguageConfigTypes.Create()));
        RequireLanguage(package.Family, package.Folder);
        return make(new LanguageModel(package.Folder, package.Config, package.Weights, TextPreprocessor.Open(package.Folder)));
    }

    /// <summary>The tokenizer of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The tokenizer, or why there is none that can be read.</returns>
    /// <exception cref="PanguException">Its file is damaged.</exception>
    internal static (ITextTokenizer? Tokenizer, string? WhyNone) Tokenizer(string folder)
    {
        try
        {
            return (TextTokenizers.Open(folder), null);
        }
        catch (PanguException exception) when (exception.Code is "tokenizer-missing" or "tokenizer-kind")
        {
            return (null, exception.Message);
        }
    }

    private static void RequireLanguage(Family family, string folder)
    {
        if (family != Family.Language)
        {
            throw PanguException.Usage("model-family", $"{folder} is a model of the family {family}, expected Language; it cannot continue text.");
        }
    }
}

/// <summary>A language model as it lies in a folder.</summary>
/// <param name="Folder">Absolute path.</param>
/// <param name="Config">What it computes.</param>
/// <param name="Weights">Every slot.</param>
/// <param name="Texts">What the folder knows of its texts.</param>
internal sealed record LanguageModel(string Folder, ModelConfig Config, IReadOnlyDictionary<string, TensorData> Weights, TextPreprocessor Texts);
