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
    /// <param name="uses">Which of the options that only some verbs understand it uses; given with another verb, a note says that they change nothing.</param>
    public Command Verb(string name, string description, string example, Symbol[] symbols, Func<VerbCall, int> run, VerbUses uses = VerbUses.Neither) =>
        Verb(name, description, example, symbols, call => Task.FromResult(run(call)), uses);

    /// <inheritdoc cref="Verb(string, string, string, Symbol[], Func{VerbCall, int}, VerbUses)"/>
    public Command Verb(string name, string description, string example, Symbol[] symbols, Func<VerbCall, Task<int>> run, VerbUses uses = VerbUses.Neither)
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
            Note(settings.Set.Count > 0 && !uses.HasFlag(VerbUses.Set), "--set", name);
            Note(settings.Seed is not null && !uses.HasFlag(VerbUses.Seed), "--seed", name);
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

    private void Note(bool unused, string option, string verb)
    {
        if (unused)
        {
            errors.WriteLine($"note: {option} changes nothing here: {verb} does not use it.");
        }
    }
}

/// <summary>Options that every verb accepts but only some can use.</summary>
[Flags]
internal enum VerbUses
{
    /// <summary>Neither.</summary>
    Neither = 0,

    /// <summary><c>--seed</c>.</summary>
    Seed = 1,

    /// <summary><c>--set</c>.</summary>
    Set = 2,

    /// <summary>Both: a verb of recipes.</summary>
    Recipe = Seed | Set,
}
