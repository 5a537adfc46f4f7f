using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text.RegularExpressions;
using Pangu.Cli.Families;
using Pangu.Cli.Terminal;
using Pangu.Cli.Verbs;
using Pangu.Cli.Verbs.Bench;
using Pangu.Cli.Verbs.Data;
using Pangu.Cli.Verbs.Models;
using Pangu.Core;

namespace Pangu.Cli;

/// <summary>Reads the command line, runs the verb and turns whatever happens into an exit code and, where something went wrong, one clear message.</summary>
internal static partial class CommandLine
{
    /// <summary>Runs one command.</summary>
    /// <param name="arguments">Arguments as the process got them.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="errors">Where progress, logs and error messages go.</param>
    /// <param name="surroundings">Home folder, registry, data; made when it is needed, so that its errors are shown like all others.</param>
    /// <param name="time">Clock of progress and time-outs.</param>
    /// <returns>The exit code: 0 done, 1 ran but did not meet what was asked, 2 usage, 3 missing, 4 our own fault, 130 cancelled.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors, Func<Surroundings> surroundings, TimeProvider time)
    {
        using var interruption = new Interruption(errors);
        var globals = new GlobalOptions();
        var failure = new FailureReport(output, errors, GlobalOptions.Has(arguments, "--json"), GlobalOptions.Has(arguments, "--debug"));
        try
        {
            var root = BuildTree(new VerbHost(globals, output, errors, surroundings(), time));
            var parsed = root.Parse(arguments is [] ? ["--help"] : arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
            if (parsed.Action is ParseErrorAction)
            {
                throw Usage(parsed);
            }

            var invocation = new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            var exitCode = await parsed.InvokeAsync(invocation, interruption.Token).ConfigureAwait(false);
            await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            return exitCode;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return failure.Cancelled();
        }
        catch (PanguException exception)
        {
            return failure.Expected(exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return failure.Unreachable(exception);
        }
        catch (Exception exception)
        {
            return failure.Unexpected(exception);
        }
    }

    /// <summary>All verbs. A new verb is a file in <c>Verbs/</c> and a line here, or in its family.</summary>
    /// <param name="host">Gives verbs their surroundings.</param>
    /// <returns>The root command.</returns>
    internal static Command BuildTree(VerbHost host)
    {
        // A plain command: a root command would be called after the assembly, and people start a launcher.
        var root = new Command("pangu", "Pangu makes industry models from a company's own data, proves that they work, and serves them.") { new HelpOption { Recursive = true }, new VersionOption() };
        foreach (var option in host.Globals.All)
        {
            root.Options.Add(option);
        }

        root.Subcommands.Add(NewVerb.Create(host));
        root.Subcommands.Add(CheckVerb.Create(host));
        root.Subcommands.Add(PlanVerb.Create(host));
        root.Subcommands.Add(RunVerb.Create(host));
        root.Subcommands.Add(DoctorVerb.Create(host));
        root.Subcommands.Add(BenchVerb.Create(host));
        root.Subcommands.Add(DataVerb.Create(host));
        root.Subcommands.Add(ModelsVerb.Create(host));
        foreach (var verb in ModelFamilies.Verbs(host))
        {
            root.Subcommands.Add(verb);
        }

        root.Subcommands.Add(VerifyVerb.Create(host));
        root.Subcommands.Add(ServeVerb.Create(host));

        host.Examples.Add(root, "./pangu run power-transformer");
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            option.Action = new HelpWithExample((HelpAction)option.Action!, host.Examples);
        }

        return root;
    }

    private static PanguException Usage(ParseResult parsed)
    {
        var names = new List<string>();
        for (var result = parsed.CommandResult; result.Parent is System.CommandLine.Parsing.CommandResult parent; result = parent)
        {
            names.Insert(0, result.Command.Name);
        }

        // "Required command was not provided" says nothing beside what stands in its place.
        var messages = parsed.Errors.Select(error => TypeName().Replace(error.Message, match => $"; expected {(match.Value.Contains("Double", StringComparison.Ordinal) ? "a number" : "a whole number")}")).Distinct().ToList();
        if (parsed.UnmatchedTokens.Count > 0)
        {
            messages.RemoveAll(message => message.StartsWith("Required command", StringComparison.Ordinal));
        }

        var help = string.Join(' ', ["./pangu", .. names, "--help"]);
        return new PanguException(ErrorKind.Usage, "usage", $"{string.Join(' ', messages)} See {help}.");
    }

    /// <summary>How the library names the type of a number; people are told what to write instead.</summary>
    [GeneratedRegex(" as expected type '[^']*'")]
    private static partial Regex TypeName();
}
