namespace Pangu.Inference;

/// <summary>Finds stop texts in text that arrives in pieces, wherever the pieces end. What may be the beginning of a stop text is held back until it is known. For one caller.</summary>
/// <param name="texts">The stop texts; none is empty.</param>
internal sealed class StopTexts(IReadOnlyList<string> texts)
{
    private string _held = "";

    /// <summary>Whether a stop text was found; nothing more is given out then.</summary>
    internal bool Found { get; private set; }

    /// <summary>Takes the next piece.</summary>
    /// <param name="piece">Text.</param>
    /// <returns>The text that is settled by now and was not given before.</returns>
    internal string Next(string piece)
    {
        if (texts.Count == 0 || Found)
        {
            return Found ? "" : piece;
        }

        var text = _held + piece;
        var first = -1;
        foreach (var stop in texts)
        {
            var index = text.IndexOf(stop, StringComparison.Ordinal);
            first = index >= 0 && (first < 0 || index < first) ? index : first;
        }

        if (first >= 0)
        {
            Found = true;
            _held = "";
            return text[..first];
        }

        var settled = text.Length - Held(text);
        _held = text[settled..];
        return text[..settled];
    }

    /// <summary>Ends the text.</summary>
    /// <returns>What was held back.</returns>
    internal string End()
    {
        var rest = _held;
        _held = "";
        return rest;
    }

    // Length of the longest end of the text that begins some stop text.
    private int Held(string text)
    {
        for (var length = Math.Min(text.Length, texts.Max(stop => stop.Length) - 1); length > 0; length--)
        {
            var end = text.AsSpan(text.Length - length);
            foreach (var stop in texts)
            {
                if (stop.AsSpan().StartsWith(end, StringComparison.Ordinal))
                {
                    return length;
                }
            }
        }

        return 0;
    }
}
