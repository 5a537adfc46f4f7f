using Spectre.Console;

namespace Pangu.Cli.Terminal;

/// <summary>Tables for people: columns that line up, on a terminal and in a pipe alike.</summary>
internal static class Tables
{
    private const int WidthInPipe = 400;

    /// <summary>Writes a table.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="headers">Column names.</param>
    /// <param name="rows">Cells of each row.</param>
    public static void Write(TextWriter text, IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Interactive = InteractionSupport.No });
        if (Console.IsOutputRedirected || !ReferenceEquals(text, Console.Out))
        {
            console.Profile.Width = WidthInPipe;
            console.Profile.Capabilities.Ansi = false;
        }

        var table = new Table { Border = TableBorder.None, ShowHeaders = true };
        foreach (var header in headers)
        {
            table.AddColumn(new TableColumn(new Text(header, new Style(decoration: Decoration.Bold))) { NoWrap = true });
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        console.Write(table);
    }

    /// <summary>A size in the unit that suits it.</summary>
    public static string Size(long bytes) => bytes switch
    {
        >= 1 << 30 => FormattableString.Invariant($"{bytes / (double)(1 << 30):F1} GiB"),
        >= 1 << 20 => FormattableString.Invariant($"{bytes / (double)(1 << 20):F1} MiB"),
        >= 1 << 10 => FormattableString.Invariant($"{bytes / (double)(1 << 10):F1} KiB"),
        _ => FormattableString.Invariant($"{bytes} B"),
    };
}
