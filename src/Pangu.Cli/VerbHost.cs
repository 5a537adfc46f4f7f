using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pangu.Cli.Terminal;
using Pangu.Core;

namespace Pangu.Cli;

/// <summary>What a verb is made in: the global options, where output goes, and the examples that help shows.</summary>
/// <param name="globals">Options that every verb has.</param>
/// <param name="output">Where results go.</param>
/// <param name="errors">Where progress and logs go.</param>
/// <param name="time">Clock of progress.</param>
internal sealed class VerbHost(GlobalOptions globals, TextWriter output, TextWriter errors, TimeProvider time)
{
    public GlobalOptions Globals { get; } = globals;

    /// <summary>One real example for each command, shown by its help.</summary>
    public Dictionary<Command, string> Examples { get; } = [];

    /// <summary>Makes a command that runs.</summary>
    /// <param name="name">Name of the verb.</param>
    /// <param name="description">What it does, in a sentence.</param>
    /// <param name="example">One real call.</param>
    /// <param name="symbols">Its arguments and options, in the order that help shows.</param>
    /// <param name="run">The work; gives the exit code.</param>
    public Command Verb(string name, string description, string example, Symbol[] symbols, Func<VerbCall, Task<int>> run)
    {
        var command = Group(name, description, example);
        foreach (var symbol in symbols)
        {
            switch (symbol)
            {
                case Argument argument:
                    command.Arguments.Add(argument);
                    break;
                case Option option:
                    command.Options.Add(option);
                    break;
            }
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = Globals.Read(parsed);
            using var progress = ProgressView.Create(errors, settings.Json, time);
            return await run(new VerbCall(parsed, settings, output, errors, progress, time, cancellationToken)).ConfigureAwait(false);
        });
        return command;
    }

    /// <summary>Makes a command that only holds others.</summary>
    public Command Group(string name, string description, string example)
    {
        var command = new Command(name, description);
        Examples.Add(command, example);
        return command;
    }
}

/// <summary>One call of a verb.</summary>
/// <param name="Parsed">The command line: <c>Parsed.GetValue(option)</c>.</param>
/// <param name="Settings">Values of the global options.</param>
/// <param name="Output">Where results go.</param>
/// <param name="Errors">Where notes to a person go.</param>
/// <param name="Progress">Shows how far long work has come.</param>
/// <param name="Time">The clock.</param>
/// <param name="CancellationToken">Set by Ctrl-C and SIGTERM.</param>
internal sealed record VerbCall(
    ParseResult Parsed,
    GlobalSettings Settings,
    TextWriter Output,
    TextWriter Errors,
    IProgress<WorkProgress> Progress,
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
}
