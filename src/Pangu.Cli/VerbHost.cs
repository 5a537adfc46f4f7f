using System.CommandLine;
using Pangu.Cli.Terminal;

namespace Pangu.Cli;

/// <summary>What a verb is made in: the global options, where output goes, and the examples that help shows.</summary>
/// <param name="globals">Options that every verb has.</param>
/// <param name="output">Where results go.</param>
/// <param name="errors">Where progress and logs go.</param>
/// <param name="surroundings">Home folder, registry, data.</param>
/// <param name="time">Clock of progress.</param>
internal sealed class VerbHost(GlobalOptions globals, TextWriter output, TextWriter errors, Surroundings surroundings, TimeProvider time)
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
    public Command Verb(string name, string description, string example, Symbol[] symbols, Func<VerbCall, int> run) =>
        Verb(name, description, example, symbols, call => Task.FromResult(run(call)));

    /// <inheritdoc cref="Verb(string, string, string, Symbol[], Func{VerbCall, int})"/>
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
            return await run(new VerbCall(parsed, settings, output, errors, progress, surroundings, time, cancellationToken)).ConfigureAwait(false);
        });
        return command;
    }

    /// <summary>Makes a command that only holds others.</summary>
    public Command Group(string name, string description, string example, params Command[] verbs)
    {
        var command = new Command(name, description);
        foreach (var verb in verbs)
        {
            command.Subcommands.Add(verb);
        }

        Examples.Add(command, example);
        return command;
    }
}
