using Pangu.Core;

namespace Pangu.Modalities.Series;

/// <summary>How the lines of a CSV file are written: delimiter, decimal mark, header.</summary>
/// <param name="Delimiter">Between fields.</param>
/// <param name="Decimal">The decimal mark.</param>
/// <param name="HasHeader">Whether the first line names the columns.</param>
internal sealed record CsvDialect(char Delimiter, char Decimal, bool HasHeader)
{
    private const int DelimiterRows = 200;

    private static readonly char[] Candidates = [',', ';', '\t', '|'];
    private static readonly CsvNumber DotNumber = new('.', []);
    private static readonly CsvNumber CommaNumber = new(',', []);

    /// <summary>Tells the dialect from a sample.</summary>
    /// <param name="sample">The first lines.</param>
    /// <param name="options">What the user says.</param>
    /// <param name="path">For messages.</param>
    /// <returns>The dialect and the sample's rows under it.</returns>
    /// <exception cref="PanguException">The sample fits two dialects; the message names the option that settles it.</exception>
    public static (CsvDialect Dialect, List<string[]> Rows) Detect(CsvSample sample, CsvReadOptions options, string path)
    {
        if (options.Decimal is not (null or '.' or ','))
        {
            throw PanguException.Usage("csv-decimal", $"--decimal is '{options.Decimal}'; expected . or , (a full stop or a comma).");
        }

        var delimiter = options.Delimiter ?? sample.NamedDelimiter ?? DetectDelimiter(sample, options, path);
        var rows = sample.Rows(delimiter);
        if (rows.Count == 0)
        {
            throw PanguException.Usage("csv-empty", $"{path} has no rows; a line of column names and at least one row were expected.");
        }

        var decimalMark = options.Decimal ?? DetectDecimal(rows, delimiter, path);
        var number = new CsvNumber(decimalMark, options.Missing);
        return (new CsvDialect(delimiter, decimalMark, options.Header ?? DetectHeader(rows, number)), rows);
    }

    private static char DetectDelimiter(CsvSample sample, CsvReadOptions options, string path)
    {
        var single = Candidates.FirstOrDefault(candidate => !sample.Contains(candidate), '\u0001');
        var fits = new List<(char Delimiter, int Width, bool IsEven, double Share)>();
        foreach (var candidate in Candidates.Where(candidate => sample.Contains(candidate)))
        {
            var rows = sample.Rows(candidate, DelimiterRows);
            var width = rows.Count == 0 ? 0 : rows.GroupBy(row => row.Length).OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key).First().Key;
            if (width > 1)
            {
                fits.Add((candidate, width, rows.TrueForAll(row => row.Length == width), ReadableShare(rows, options)));
            }
        }

        var best = fits.Where(fit => fit.IsEven).OrderByDescending(fit => fit.Share).ThenByDescending(fit => fit.Width).ToList();
        if (best.Count > 1 && best[0].Share == best[1].Share && best[0].Share > 0)
        {
            throw PanguException.Usage(
                "csv-ambiguous-delimiter",
                $"{path} reads equally well with {Name(best[0].Delimiter)} ({best[0].Width} columns) and with {Name(best[1].Delimiter)} ({best[1].Width} columns) between its fields; say which: --delimiter '{best[0].Delimiter}'.");
        }

        var wholeLines = sample.Rows(single == '\u0001' ? '~' : single, DelimiterRows);
        var lineShare = wholeLines.Count == 0 ? 0 : ReadableShare(wholeLines, options);
        var isOneColumn = options.Decimal == ',' && best.Count > 0 && best[0].Delimiter == ',' && lineShare >= best[0].Share;
        if (best.Count > 0 && !isOneColumn)
        {
            RefuseTieWithSingleColumn(best[0], wholeLines, lineShare, options, path);
            return best[0].Delimiter;
        }

        if (isOneColumn || lineShare > 0.5 || fits.Count == 0)
        {
            return single == '\u0001' ? '~' : single;
        }

        return fits.OrderByDescending(fit => fit.Share).First().Delimiter;
    }

    private static void RefuseTieWithSingleColumn((char Delimiter, int Width, bool IsEven, double Share) best, List<string[]> wholeLines, double lineShare, CsvReadOptions options, string path)
    {
        var firstIsNames = wholeLines.Count > 1 && !IsReadable(wholeLines[0][0], options);
        if (best.Delimiter == ',' && lineShare == 1 && best.Share == 1 && !firstIsNames && options.Decimal is null)
        {
            throw PanguException.Usage(
                "csv-ambiguous-delimiter",
                $"\"{wholeLines[0][0]}\" in {path} may be {best.Width} numbers, or one number with a decimal comma; say which: --delimiter , or --decimal ,");
        }
    }

    /// <summary>Share of the cells after the first line that are numbers, times or missing.</summary>
    private static double ReadableShare(List<string[]> rows, CsvReadOptions options)
    {
        var (readable, all) = (0, 0);
        foreach (var row in rows.Skip(rows.Count > 1 ? 1 : 0))
        {
            all += row.Length;
            readable += row.Count(cell => IsReadable(cell, options));
        }

        return all == 0 ? 0 : readable / (double)all;
    }

    private static bool IsReadable(string cell, CsvReadOptions options) =>
        TimeText.TryRead(cell, out _)
        || (options.Decimal != ',' && DotNumber.TryRead(cell, out _))
        || (options.Decimal != '.' && CommaNumber.TryRead(cell, out _))
        || options.Missing.Contains(cell);

    private static char DetectDecimal(List<string[]> rows, char delimiter, string path)
    {
        var (numbers, dots, commas, marked) = (0, 0, 0, 0);
        string? onlyDot = null, onlyComma = null, both = null;
        foreach (var cell in rows.SelectMany(row => row))
        {
            var (isDot, isComma) = (DotNumber.IsNumber(cell), CommaNumber.IsNumber(cell));
            if (isDot || isComma)
            {
                numbers++;
                dots += isDot ? 1 : 0;
                commas += isComma ? 1 : 0;
                var hasMark = cell.AsSpan().IndexOfAny('.', ',') >= 0;
                marked += hasMark ? 1 : 0;
                onlyDot ??= isComma ? null : cell;
                onlyComma ??= isDot ? null : cell;
                both ??= hasMark && isDot && isComma ? cell : null;
            }
        }

        if (marked == 0 || (dots == numbers && commas < numbers))
        {
            return '.';
        }

        if (commas == numbers && dots < numbers)
        {
            return ',';
        }

        if (dots < numbers)
        {
            throw PanguException.Usage(
                "csv-mixed-decimals",
                $"{path} writes \"{onlyDot}\" with a decimal point and \"{onlyComma}\" with a decimal comma; say which is the decimal mark: --decimal . or --decimal ,");
        }

        // Every marked number reads both ways, like 1.234. Between commas, a point can only be meant as the decimal mark.
        return delimiter == ',' && !both!.Contains(',', StringComparison.Ordinal)
            ? '.'
            : throw PanguException.Usage(
                "csv-ambiguous-decimal",
                $"\"{both}\" in {path} may be {both!.Replace(",", string.Empty, StringComparison.Ordinal).Replace(".", string.Empty, StringComparison.Ordinal)} or a number with three decimals; say what the decimal mark is: --decimal . or --decimal ,");
    }

    /// <summary>The first line names the columns when a cell of it is text over a column of numbers or times, or when the whole file is text.</summary>
    private static bool DetectHeader(List<string[]> rows, CsvNumber number)
    {
        var first = rows[0];
        if (first.All(cell => !IsValue(cell, number)))
        {
            return true;
        }

        for (var column = 0; column < first.Length; column++)
        {
            var values = rows.Skip(1).Where(row => column < row.Length && !number.IsMissing(row[column])).Take(DelimiterRows).ToList();
            if (!number.IsMissing(first[column]) && !IsValue(first[column], number) && values.Count > 0 && values.TrueForAll(row => IsValue(row[column], number)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsValue(string cell, CsvNumber number) => number.IsNumber(cell) || TimeText.TryRead(cell, out _);

    private static string Name(char delimiter) => delimiter switch
    {
        '\t' => "a tab",
        ',' => "a comma",
        ';' => "a semicolon",
        _ => $"'{delimiter}'",
    };
}
