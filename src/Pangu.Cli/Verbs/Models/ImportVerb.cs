using System.CommandLine;
using Pangu.Cli.Families;
using Pangu.Core;
using Pangu.Formats;
using Pangu.Workshop.Registry;

namespace Pangu.Cli.Verbs.Models;

/// <summary><c>pangu models import</c>: takes a package or a Hugging Face folder into the registry.</summary>
internal static class ImportVerb
{
    public static Command Create(VerbHost host)
    {
        var source = new Argument<string>("source") { Description = "A package folder or a Hugging Face folder." };
        var name = new Option<string?>("--name") { Description = "Registry name (default: the card's, else the folder's).", HelpName = "name" };
        var licence = new Option<string?>("--licence") { Description = "Licence of the weights (default: the card's, else unknown).", HelpName = "SPDX id" };
        return host.Verb(
            "import", "Takes a package or a Hugging Face folder into the registry.", "./pangu models import downloads/patchtst --name patchtst/etth1 --licence Apache-2.0", [source, name, licence],
            call => Run(call, call.Parsed.GetRequiredValue(source), call.Parsed.GetValue(name), call.Parsed.GetValue(licence)));
    }

    private static int Run(VerbCall call, string source, string? name, string? licence)
    {
        var located = call.Surroundings.Models.Locate(Path.GetFullPath(source));
        var notes = new List<string>();
        var added = located.Source == ModelSource.HuggingFaceFolder
            ? ImportForeign(call, located.Folder, name, licence, notes)
            : ImportPackage(call, located.Folder, name, licence);
        call.Notes(notes);
        call.Result(new ImportResult(1, ModelRow.Of(added), notes), ModelsJson.Default.ImportResult, text => text.WriteLine($"Imported {added.Name} ({added.Hash[..12]}) into {added.Folder}."));
        return 0;
    }

    private static RegisteredModel ImportPackage(VerbCall call, string folder, string? name, string? licence)
    {
        using var package = ModelPackage.Open(folder, ModelFamilies.Configs);
        var cardPath = Path.Combine(folder, "card.json");
        var card = File.Exists(cardPath)
            ? CardJson.Read(File.ReadAllText(cardPath), cardPath)
            : NewCard(folder, package.Family, package.Capability);
        return call.Surroundings.Registry.Add(folder, card with { Name = name ?? card.Name, Licence = licence ?? card.Licence });
    }

    private static RegisteredModel ImportForeign(VerbCall call, string folder, string? name, string? licence, List<string> notes)
    {
        using var imported = HuggingFaceFolder.Read(folder);
        notes.AddRange(imported.Notes);
        var card = NewCard(folder, imported.Family, imported.Capability);
        var scratch = Path.Combine(call.Surroundings.Home, "cache", "import", Guid.NewGuid().ToString("N"));
        try
        {
            ModelPackage.Write(scratch, imported.Family, imported.Capability, imported.Config, imported.Weights, ModelFamilies.ImportedFiles(imported.Family, folder), ModelFamilies.Configs);
            return call.Surroundings.Registry.Add(scratch, card with
            {
                Name = name ?? card.Name,
                Licence = licence ?? card.Licence,
                Settings = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["import.architecture"] = imported.Architecture },
                Data = [new DataFingerprint(Path.GetFileName(folder), PackageHash.Of(folder), licence ?? card.Licence, "imported weights")],
            });
        }
        finally
        {
            if (Directory.Exists(scratch))
            {
                Directory.Delete(scratch, recursive: true);
            }
        }
    }

    private static Card NewCard(string folder, Family family, Capability capability)
    {
        var words = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)).ToLowerInvariant();
        return new Card
        {
            Name = new string([.. words.Select(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' ? character : '-')]).TrimStart('-', '_', '.'),
            Tier = Tier.Foundation,
            Family = family,
            Capability = capability,
            Licence = "unknown",
        };
    }
}
