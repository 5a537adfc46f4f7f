using System.CommandLine;
using Pangu.Cli.Families;
using Pangu.Core;
using Pangu.Formats;

namespace Pangu.Cli.Verbs.Models;

/// <summary><c>pangu models export</c>: copies a model out of the registry.</summary>
internal static class ExportVerb
{
    private const string PackageFormat = "package";
    private const string HuggingFaceFormat = "hf";
    private const string GgufFormat = "gguf";

    public static Command Create(VerbHost host)
    {
        var model = ModelsVerb.ModelArgument();
        var folder = new Argument<string>("folder") { Description = "Folder to make; it must not exist." };
        var format = new Option<string>("--format") { Description = "package, or hf (a Hugging Face folder, where that format can say the model).", HelpName = "format", DefaultValueFactory = _ => PackageFormat };
        format.AcceptOnlyFromAmong(PackageFormat, HuggingFaceFormat, GgufFormat);
        var channels = new Option<int?>("--channels") { Description = "With hf: channels of the data (default: those the model was made for, else 1).", HelpName = "n" };
        return host.Verb(
            "export", "Copies a model out of the registry.", "./pangu models export power-transformer/forecast edge-box/model --format package", [model, folder, format, channels],
            call => Run(call, call.Parsed.GetRequiredValue(model), Path.GetFullPath(call.Parsed.GetRequiredValue(folder)), call.Parsed.GetRequiredValue(format), call.Parsed.GetValue(channels)));
    }

    private static int Run(VerbCall call, string reference, string folder, string format, int? channels)
    {
        if (format == GgufFormat)
        {
            throw PanguException.Usage("export-format", $"--format {format} holds language models; expected {PackageFormat} or {HuggingFaceFormat}.");
        }

        if (channels is < 1)
        {
            throw PanguException.Usage("channels", $"--channels is {channels}; expected at least 1.");
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
        if (format == HuggingFaceFormat)
        {
            using var package = ModelPackage.Open(located.Folder, ModelFamilies.Configs);
            HuggingFaceFolder.Write(folder, package.Config, package.Weights, channels ?? ModelFamilies.Channels(package));
        }
        else
        {
            var names = PackageHash.Files(located.Folder).Select(file => file.Path).ToList();
            DurableFile.CreateFolder(folder, target => Copy(located.Folder, names, target, located.Registered?.Card));
        }

        var bytes = Directory.EnumerateFiles(folder).Sum(file => new FileInfo(file).Length);
        call.Result(new ExportResult(1, folder, format, bytes), ModelsJson.Default.ExportResult, text => text.WriteLine($"Exported {located.DisplayName} to {folder}."));
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
