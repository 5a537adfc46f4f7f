using System.CommandLine;
using Pangu.Core;
using Pangu.Formats;

namespace Pangu.Cli.Verbs.Models;

/// <summary><c>pangu models export</c>: copies a model out of the registry.</summary>
internal static class ExportVerb
{
    private const string PackageFormat = "package";

    public static Command Create(VerbHost host)
    {
        var model = ModelsVerb.ModelArgument();
        var folder = new Argument<string>("folder") { Description = "Folder to make; it must not exist." };
        var format = new Option<string>("--format") { Description = "package; hf and gguf follow with the language family.", HelpName = "format", DefaultValueFactory = _ => PackageFormat };
        format.AcceptOnlyFromAmong(PackageFormat, "hf", "gguf");
        return host.Verb(
            "export", "Copies a model out of the registry.", "./pangu models export power-transformer/forecast edge-box/model --format package", [model, folder, format],
            call => Run(call, call.Parsed.GetRequiredValue(model), Path.GetFullPath(call.Parsed.GetRequiredValue(folder)), call.Parsed.GetRequiredValue(format)));
    }

    private static int Run(VerbCall call, string reference, string folder, string format)
    {
        if (format != PackageFormat)
        {
            throw PanguException.Usage("export-format", $"--format {format} cannot be written yet: series models have no form there; expected {PackageFormat}.");
        }

        var located = call.Surroundings.Models.Locate(reference);
        if (!ModelPackage.Looks(located.Folder))
        {
            throw PanguException.Usage("export-source", $"{reference} is no package; import it first: ./pangu models import {reference}");
        }

        if (Directory.Exists(folder) || File.Exists(folder))
        {
            throw PanguException.Usage("export-target", $"{folder} exists already; name a folder that does not.");
        }

        using var use = located.Registered is { } registered ? call.Surroundings.Registry.Use(registered) : null;
        var files = PackageHash.Files(located.Folder);
        DurableFile.CreateFolder(folder, target => Copy(located.Folder, files.Select(file => file.Path), target, located.Registered?.Card));
        call.Result(
            new ExportResult(1, folder, format, files.Sum(file => file.Bytes)), ModelsJson.Default.ExportResult,
            text => text.WriteLine($"Exported {located.DisplayName} to {folder}."));
        return 0;
    }

    private static void Copy(string source, IEnumerable<string> names, string target, Card? card)
    {
        foreach (var name in names)
        {
            var copy = Path.Combine(target, name);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(source, name), copy);
        }

        if (card is not null)
        {
            File.WriteAllText(Path.Combine(target, "card.json"), CardJson.Write(card));
        }
    }
}
