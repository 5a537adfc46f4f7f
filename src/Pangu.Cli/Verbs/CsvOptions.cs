using System.CommandLine;
using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Cli.Verbs;

/// <summary>The options by which a person says how a CSV file is to be read; what is left out is detected.</summary>
internal sealed class CsvOptions
{
    private readonly Option<string?> _time = new("--time") { Description = "Time column, two joined by + (date+time), or none (default: detected).", HelpName = "column" };
    private readonly Option<string?> _timeFormat = new("--time-format") { Description = "iso, day-first, month-first, unix, unix-ms or a pattern such as 'dd/MM/yyyy HH:mm' (default: detected).", HelpName = "format" };
    private readonly Option<string?> _timeZone = new("--time-zone") { Description = "Zone of times written without one, such as Europe/Berlin (default: taken as they stand).", HelpName = "zone" };
    private readonly Option<string?> _delimiter = new("--delimiter") { Description = "Between the fields of a line: one character, or tab, comma, semicolon, pipe, space (default: detected).", HelpName = "character" };
    private readonly Option<string?> _decimal = new("--decimal") { Description = "Decimal mark: . or , (default: detected).", HelpName = "mark" };
    private readonly Option<string?> _header = new("--header") { Description = "Whether the first line names the columns: yes or no (default: detected).", HelpName = "yes or no" };
    private readonly Option<string?> _missing = new("--missing") { Description = "Further texts that mark a missing value, separated by commas, such as -999.", HelpName = "texts" };
    private readonly Option<string?> _duplicates = new("--duplicates") { Description = "Of two rows of one time take first, last or their mean (default: error).", HelpName = "rule" };
    private readonly Option<string?> _skipLines = new("--skip-lines") { Description = "Lines to leave out before the header.", HelpName = "n" };
    private readonly Option<string?> _interval = new("--interval") { Description = "Seconds from one step to the next (default: detected).", HelpName = "seconds" };

    public Symbol[] All => [_time, _timeFormat, _timeZone, _delimiter, _decimal, _header, _missing, _duplicates, _skipLines, _interval];

    /// <summary>Reads them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="columns">Columns to read; null for every column of numbers.</param>
    /// <exception cref="PanguException">A value is none that can be; all of them are listed.</exception>
    public CsvReadOptions Read(ParseResult parsed, IReadOnlyList<string>? columns = null) => new CsvOptionTexts
    {
        Time = parsed.GetValue(_time),
        TimeFormat = parsed.GetValue(_timeFormat),
        TimeZone = parsed.GetValue(_timeZone),
        Delimiter = parsed.GetValue(_delimiter),
        Decimal = parsed.GetValue(_decimal),
        Header = parsed.GetValue(_header),
        Missing = parsed.GetValue(_missing),
        Duplicates = parsed.GetValue(_duplicates),
        SkipLines = parsed.GetValue(_skipLines),
        Interval = parsed.GetValue(_interval),
    }.Read(columns);
}
