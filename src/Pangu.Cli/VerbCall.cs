using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pangu.Core;

namespace Pangu.Cli;

/// <summary>One call of a verb.</summary>
/// <param name="Parsed">The command line: <c>Parsed.GetValue(option)</c>.</param>
/// <param name="Settings">Values of the global options.</param>
/// <param name="Output">Where results go.</param>
/// <param name="Errors">Where notes to a person go.</param>
/// <param name="Progress">Shows how far long work has come.</param>
/// <param name="Surroundings">Home folder, registry, data.</param>
/// <param name="Time">The clock.</param>
/// <param name="CancellationToken">Set by Ctrl-C and SIGTERM.</param>
internal sealed record VerbCall(
    ParseResult Parsed,
    GlobalSettings Settings,
    TextWriter Output,
    TextWriter Errors,
    IProgress<WorkProgress> Progress,
    Surroundings Surroundings,
    TimeProvider Time,
    CancellationToken CancellationToken)
{
    /// <summary>Gives the result: as one JSON object on the last line with <c>--json</c>, else as text for a person.</summary>
    /// <param name="result">The result; its first property is <c>schema</c>.</param>
    /// <param name="type">Source-generated JSON metadata.</param>
    /// <param name="text">What a person reads.</param>
    public void Result<T>(T result, JsonTypeInfo<T> type, Action<TextWriter> text)
    {
        if (Settings.Json)
        {
            Output.WriteLine(JsonSerializer.Serialize(result, type));
        }
        else
        {
            text(Output);
        }
    }

    /// <summary>Shows notes on stderr, one a line.</summary>
    /// <param name="notes">Sentences.</param>
    public void Notes(IEnumerable<string> notes)
    {
        foreach (var note in notes)
        {
            Errors.WriteLine($"note: {note}");
        }
    }
}
