using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Cli.Verbs.Prediction;

/// <summary>The rows of a CSV file for the anomaly detector: streamed where they stand in order, turned round in memory where they do not.</summary>
internal sealed class AnomalyInput : IDisposable
{
    private const int BlockSteps = 65_536;

    private readonly CsvSeriesStream? _stream;
    private readonly CsvSeries? _whole;

    private AnomalyInput(CsvSeriesStream? stream, CsvSeries? whole) => (_stream, _whole) = (stream, whole);

    public SeriesClock Clock => _stream?.Clock ?? _whole!.Table.Clock;

    public IReadOnlyList<string> Names => _stream?.Names ?? _whole!.Table.Names;

    /// <summary>What reading assumed and dropped; complete after the last block.</summary>
    public IReadOnlyList<string> Notes => _stream?.Notes ?? _whole!.Notes;

    /// <summary>Opens a file.</summary>
    /// <exception cref="PanguException">The file cannot be read.</exception>
    public static AnomalyInput Open(VerbCall call, string path, CsvReadOptions options, SeriesPreprocessor preprocessor)
    {
        AnomalyInput input;
        try
        {
            input = new AnomalyInput(CsvSeriesReader.Stream(path, options), null);
        }
        catch (PanguException exception) when (exception.Code == "csv-descending")
        {
            input = new AnomalyInput(null, CsvSeriesReader.Read(path, options, call.CancellationToken));
        }

        SeriesInput.CompareIntervals(call, input.Clock, preprocessor);
        return input;
    }

    /// <summary>The steps in order of time.</summary>
    public IEnumerable<SeriesTable> Blocks(CancellationToken cancellationToken) => _stream?.Blocks(BlockSteps, cancellationToken) ?? [_whole!.Table];

    /// <inheritdoc/>
    public void Dispose() => _stream?.Dispose();
}
