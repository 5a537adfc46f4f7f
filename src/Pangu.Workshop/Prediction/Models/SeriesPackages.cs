using Pangu.Core;

namespace Pangu.Workshop.Prediction.Models;

/// <summary>What packages of the prediction family have in common.</summary>
internal static class SeriesPackages
{
    /// <summary>Name of the file that <see cref="Modalities.Series.SeriesPreprocessor"/> describes.</summary>
    public const string PreprocessorName = "preprocessor.json";

    /// <summary>Reads and writes the family's configs.</summary>
    public static ModelConfigJson Json { get; } = new(SeriesConfigTypes.Create());
}
