using Pangu.Core;
using Pangu.Formats;
using Pangu.Modalities.Series;

namespace Pangu.Inference;

/// <summary>Opens packages of the series family.</summary>
internal static class SeriesPackage
{
    private const string PreprocessorName = "preprocessor.json";

    private static readonly ModelConfigJson Configs = new(SeriesConfigTypes.Create());

    /// <summary>Opens a package and hands its contents on; the package is closed again afterwards.</summary>
    /// <typeparam name="T">What is made of it.</typeparam>
    /// <param name="folder">The package.</param>
    /// <param name="make">Makes it; weights are valid during the call.</param>
    /// <returns>What was made.</returns>
    internal static T Open<T>(string folder, Func<ModelPackage, SeriesPreprocessor, T> make)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        using var package = ModelPackage.Open(folder, Configs, Family.Prediction);
        var preprocessor = package.Has(PreprocessorName)
            ? SeriesPreprocessor.Read(package.ReadText(PreprocessorName), Path.Combine(package.Folder, PreprocessorName))
            : new SeriesPreprocessor();
        return make(package, preprocessor);
    }
}
