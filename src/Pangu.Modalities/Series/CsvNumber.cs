using System.Globalization;

namespace Pangu.Modalities.Series;

/// <summary>Reads the numbers of a CSV file under a decimal mark, thousands grouped by the other mark, a space or an apostrophe.</summary>
internal sealed class CsvNumber
{
    private const int LongestNumber = 64;

    private static readonly string[] MissingWords = ["", "nan", "na", "n/a", "#n/a", "#na", "null", "none", "nil", "-", "--", "---", "?", "#nv", "\\n", "missing", "inf", "+inf", "-inf", "infinity", "-infinity"];

    private readonly char _decimal;
    private readonly NumberFormatInfo _format;
    private readonly IReadOnlyList<string> _missing;

    /// <summary>Creates a reader.</summary>
    /// <param name="decimalMark"><c>.</c> or <c>,</c>.</param>
    /// <param name="missing">Further texts that mark a missing value.</param>
    public CsvNumber(char decimalMark, IReadOnlyList<string> missing)
    {
        _decimal = decimalMark;
        _missing = missing;
        _format = new NumberFormatInfo { NumberDecimalSeparator = decimalMark.ToString(), NumberGroupSeparator = "\u0001" };
    }

    /// <summary>Reads a cell.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="value">The number; NaN for a missing or infinite one.</param>
    /// <returns>False when the cell is neither a number nor marked as missing.</returns>
    public bool TryRead(ReadOnlySpan<char> cell, out float value)
    {
        cell = cell.Trim();
        if (_missing.Count > 0 && IsListed(cell))
        {
            value = float.NaN;
            return true;
        }

        if (float.TryParse(cell, NumberStyles.Float, _format, out value) || TryReadGrouped(cell, out value))
        {
            value = float.IsFinite(value) ? value : float.NaN;
            return true;
        }

        value = float.NaN;
        return IsMissingWord(cell);
    }

    /// <summary>Whether a cell is a number (not a missing one).</summary>
    /// <param name="cell">The cell.</param>
    /// <returns>True for a number.</returns>
    public bool IsNumber(ReadOnlySpan<char> cell) => !IsMissing(cell) && TryRead(cell, out _);

    /// <summary>Whether a cell is marked as missing.</summary>
    /// <param name="cell">The cell.</param>
    /// <returns>True for an empty cell, NaN, NA, null ... and the user's own marks.</returns>
    public bool IsMissing(ReadOnlySpan<char> cell)
    {
        cell = cell.Trim();
        return IsMissingWord(cell) || IsListed(cell);
    }

    private static bool IsMissingWord(ReadOnlySpan<char> cell)
    {
        foreach (var word in MissingWords)
        {
            if (cell.Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsListed(ReadOnlySpan<char> cell)
    {
        foreach (var text in _missing)
        {
            if (cell.Equals(text, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Groups of exactly three digits after a first of one to three that is not 0, all by one mark: <c>1,234,567.5</c>.</summary>
    private bool TryReadGrouped(ReadOnlySpan<char> cell, out float value)
    {
        value = float.NaN;
        if (cell.Length is 0 or > LongestNumber)
        {
            return false;
        }

        var start = cell[0] is '+' or '-' ? 1 : 0;
        var end = cell.IndexOf(_decimal) is var mark and >= 0 ? mark : cell.Length;
        var integer = cell[start..end];
        var firstMark = integer.IndexOfAnyExceptInRange('0', '9');
        if (firstMark is < 1 or > 3 || integer[0] == '0' || !IsGroupMark(integer[firstMark]) || (integer.Length - firstMark) % 4 != 0)
        {
            return false;
        }

        Span<char> digits = stackalloc char[LongestNumber];
        var count = 0;
        for (var i = 0; i < integer.Length; i++)
        {
            if (i >= firstMark && (i - firstMark) % 4 == 0)
            {
                if (integer[i] != integer[firstMark])
                {
                    return false;
                }
            }
            else if (!char.IsAsciiDigit(integer[i]))
            {
                return false;
            }
            else
            {
                digits[count++] = integer[i];
            }
        }

        cell[end..].CopyTo(digits[count..]);
        if (!float.TryParse(digits[..(count + cell.Length - end)], NumberStyles.AllowDecimalPoint, _format, out value))
        {
            return false;
        }

        value = cell[0] == '-' ? -value : value;
        return true;
    }

    private bool IsGroupMark(char mark) => mark is ' ' or '\'' or '\u00A0' or '\u202F' or '\u2019' || (mark is '.' or ',' && mark != _decimal);
}
