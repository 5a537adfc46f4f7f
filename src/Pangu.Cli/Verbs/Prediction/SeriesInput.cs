using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Cli.Verbs.Prediction;

/// <summary>Reads series for the verbs that use models.</summary>
internal static class SeriesInput
{
    /// <summary>A step may be this share longer or shorter than the model's before a person is told.</summary>
    private const double IntervalTolerance = 0.01;

    /// <summary>Reads the newest steps of a file of any size.</summary>
    /// <param name="call">The call; notes go to its stderr.</param>
    /// <param name="path">The CSV file.</param>
    /// <param name="options">How to read it.</param>
    /// <param name="steps">Steps wanted.</param>
    /// <param name="preprocessor">What the model knows of its data.</param>
    /// <exception cref="PanguException">The file cannot be read.</exception>
    public static SeriesTable ReadHistory(VerbCall call, string path, CsvReadOptions options, int steps, SeriesPreprocessor preprocessor)
    {
        var read = CsvSeriesReader.ReadLast(path, steps, options, call.CancellationToken);
        call.Notes(read.Notes);
        CompareIntervals(call, read.Table.Clock, preprocessor);
        return read.Table;
    }

    /// <summary>Tells a person when the file's steps are longer or shorter than those the model was made for.</summary>
    public static void CompareIntervals(VerbCall call, SeriesClock clock, SeriesPreprocessor preprocessor)
    {
        if (preprocessor.IntervalSeconds is { } expected && clock.Interval is { } found && Math.Abs(found.Seconds - expected) > IntervalTolerance * expected)
        {
            call.Notes([$"The model was made for steps of {new SeriesInterval(expected)}, the file has steps of {found}; its seasons may not fit."]);
        }
    }
}
