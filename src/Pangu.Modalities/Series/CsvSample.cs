using nietras.SeparatedValues;

namespace Pangu.Modalities.Series;

/// <summary>The first lines of a CSV file, from which its form is told.</summary>
internal sealed class CsvSample
{
    private const int SampleCharacters = 1 << 20;

    private readonly string _text;

    private CsvSample(string text)
    {
        // Spreadsheets write and read a first line such as sep=; that names the delimiter.
        var end = text.AsSpan().IndexOfAny('\n', '\r');
        if (end == 5 && text.StartsWith("sep=", StringComparison.OrdinalIgnoreCase))
        {
            NamedDelimiter = text[4];
            text = text[(text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1)..];
        }

        _text = text;
    }

    /// <summary>The delimiter that a first line <c>sep=;</c> names; that line is no part of the sample. Null without one.</summary>
    public char? NamedDelimiter { get; }

    /// <summary>Reads up to a million characters, cut at the end of a line.</summary>
    /// <param name="reader">At the first character that counts.</param>
    /// <returns>The sample.</returns>
    public static CsvSample Read(StreamReader reader)
    {
        // No encoding makes more characters than bytes.
        var buffer = new char[Math.Min(SampleCharacters, reader.BaseStream.Length + 1)];
        var count = reader.ReadBlock(buffer, 0, buffer.Length);
        if (count < buffer.Length)
        {
            return new CsvSample(new string(buffer, 0, count));
        }

        var end = buffer.AsSpan().LastIndexOfAny('\n', '\r');
        return new CsvSample(new string(buffer, 0, end < 0 ? count : end + 1));
    }

    /// <summary>Whether a character occurs.</summary>
    /// <param name="character">The character.</param>
    /// <returns>True when it does.</returns>
    public bool Contains(char character) => _text.Contains(character, StringComparison.Ordinal);

    /// <summary>The sample's rows under a delimiter; empty lines are left out.</summary>
    /// <param name="delimiter">Between fields.</param>
    /// <param name="limit">Most rows.</param>
    /// <returns>The cells of each row.</returns>
    public List<string[]> Rows(char delimiter, int limit = int.MaxValue)
    {
        var rows = new List<string[]>();
        using var text = new StringReader(_text);
        using var reader = CsvRows.Reader(delimiter, text);
        while (rows.Count < limit && reader.MoveNext())
        {
            var row = reader.Current;
            if (!CsvRows.IsBlank(row))
            {
                rows.Add(Cells(row));
            }
        }

        return rows;
    }

    private static string[] Cells(SepReader.Row row)
    {
        var cells = new string[row.ColCount];
        for (var column = 0; column < cells.Length; column++)
        {
            cells[column] = row[column].ToString();
        }

        return cells;
    }
}

/// <summary>The one place that says how Sep reads our files.</summary>
internal static class CsvRows
{
    /// <summary>A reader that takes every line as a row, unescapes quotes and leaves the count of fields to us.</summary>
    /// <param name="delimiter">Between fields.</param>
    /// <param name="text">The text; the caller disposes it.</param>
    /// <returns>The reader; the caller disposes it.</returns>
    public static SepReader Reader(char delimiter, TextReader text) =>
        Sep.New(delimiter).Reader(options => options with { HasHeader = false, DisableColCountCheck = true, Unescape = true, Trim = SepTrim.Outer }).From(text);

    /// <summary>Whether a line is empty.</summary>
    /// <param name="row">The row.</param>
    /// <returns>True for one field of nothing but white space.</returns>
    public static bool IsBlank(SepReader.Row row) => row.ColCount == 0 || (row.ColCount == 1 && row.Span.IsWhiteSpace());
}
