using System.CommandLine;
using Pangu.Core;

namespace Pangu.Cli.Verbs.Prediction;

/// <summary>The options that the verbs on series share: which file in, which file out, which columns.</summary>
internal sealed class SeriesOptions
{
    public Argument<string> Model { get; } = new("model") { Description = "Registry name, beginning of a hash, or package folder." };

    public Option<string> Input { get; } = new("--input") { Description = "CSV file with the history.", HelpName = "file", Required = true };

    public Option<string?> Output { get; } = new("--output") { Description = "CSV file to write (default: stdout).", HelpName = "file" };

    public Option<string?> Target { get; } = new("--target") { Description = "Columns, separated by commas, or all (default: all).", HelpName = "a,b" };

    public CsvOptions Csv { get; } = new();

    /// <summary>Names separated by commas.</summary>
    /// <returns>The names; null when nothing was said, or <c>all</c>.</returns>
    public static IReadOnlyList<string>? Names(string? text) =>
        text is null or "all" ? null : text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Columns to read: those the model was made for, else those asked for.</summary>
    /// <param name="targets">Columns asked for; null for all.</param>
    /// <param name="channels">Columns that the model was made for; empty when any will do.</param>
    /// <param name="model">The model, for the message.</param>
    /// <exception cref="PanguException">The model was made for other columns than those asked for.</exception>
    public static IReadOnlyList<string>? ColumnsToRead(IReadOnlyList<string>? targets, IReadOnlyList<string> channels, string model)
    {
        if (channels.Count == 0)
        {
            return targets;
        }

        var unknown = (targets ?? []).Where(target => !channels.Contains(target)).ToList();
        return unknown.Count == 0
            ? channels
            : throw PanguException.Usage("target", $"--target names {string.Join(", ", unknown)}, but {model} was made for {string.Join(", ", channels)}.");
    }

    /// <summary>Writes the output: to a file that appears whole, or to stdout.</summary>
    /// <param name="call">The call.</param>
    /// <param name="path">The file; null for stdout.</param>
    /// <param name="write">Writes the content.</param>
    /// <returns>Absolute path of the file; null for stdout.</returns>
    public static string? Write(VerbCall call, string? path, Action<TextWriter> write)
    {
        if (path is null or "-")
        {
            write(call.Output);
            return null;
        }

        var absolute = Path.GetFullPath(path);
        if (!Directory.Exists(Path.GetDirectoryName(absolute)))
        {
            throw PanguException.Missing("output-folder", $"--output {path}: there is no folder {Path.GetDirectoryName(absolute)}; make it first.");
        }

        if (Directory.Exists(absolute))
        {
            throw PanguException.Usage("output-is-folder", $"--output {path} is a folder; name the file to write in it.");
        }

        DurableFile.Write(absolute, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            write(writer);
        });
        return absolute;
    }
}
