using System.CommandLine;
using System.Globalization;
using Pangu.Cli.Families;
using Pangu.Cli.Terminal;
using Pangu.Core;
using Pangu.Formats;
using Pangu.Workshop.Registry;

namespace Pangu.Cli.Verbs.Models;

/// <summary><c>pangu models show</c>: one model with its card, lineage and files, its bytes checked against its hash; or the tensors of a file of weights.</summary>
internal static class ShowVerb
{
    public static Command Create(VerbHost host)
    {
        var model = ModelsVerb.ModelArgument();
        return host.Verb("show", "Shows a model: card, figures, lineage, files; checks its bytes. Of a .safetensors file: its tensors.", "./pangu models show power-transformer/forecast", [model], call => Run(call, call.Parsed.GetRequiredValue(model)));
    }

    private static int Run(VerbCall call, string reference)
    {
        if (WeightFile.Looks(reference))
        {
            WeightFile.Show(call, reference);
            return 0;
        }

        var located = call.Surroundings.Models.Locate(reference);
        var files = PackageHash.Files(located.Folder);
        var hash = PackageHash.Of(files);
        var card = located.Registered?.Card ?? CardBeside(located.Folder);
        var lineage = located.Registered is { } registered ? Lineage.Of(call.Surroundings.Registry.List(), registered) : [];
        var result = new ShowResult(
            1,
            located.Folder,
            hash,
            located.Registered is null || located.Registered.Hash == hash,
            located.Registered is null ? null : ModelRow.Of(located.Registered),
            card,
            [.. lineage.Skip(1).Select(ModelRow.Of)],
            Facts(located),
            [.. files.Select(file => new ModelFile(file.Path, file.Bytes, file.Sha256))]);
        call.Result(result, ModelsJson.Default.ShowResult, text => Write(text, result));
        return result.Intact ? 0 : 1;
    }

    private static Card? CardBeside(string folder)
    {
        var path = Path.Combine(folder, "card.json");
        return File.Exists(path) ? CardJson.Read(File.ReadAllText(path), path) : null;
    }

    private static ModelFacts Facts(LocatedModel located)
    {
        if (located.Source == ModelSource.HuggingFaceFolder)
        {
            using var imported = HuggingFaceFolder.Read(located.Folder);
            return new ModelFacts(imported.Family, imported.Capability, imported.Architecture, imported.Config.ParameterCount(), imported.Notes);
        }

        using var package = ModelPackage.Open(located.Folder, ModelFamilies.Configs);
        return new ModelFacts(package.Family, package.Capability, package.Config.Body.GetType().Name, package.Config.ParameterCount(), []);
    }

    private static void Write(TextWriter text, ShowResult result)
    {
        text.WriteLine(result.Card?.Name ?? result.Folder);
        text.WriteLine($"  folder      {result.Folder}");
        text.WriteLine($"  hash        {result.Hash}{(result.Intact ? "" : $" - DAMAGED: registered as {result.Model!.Hash}")}");
        text.WriteLine($"  network     {result.Facts.Architecture}, {result.Facts.Parameters} parameters; {Words.Of(result.Facts.Family)}, {Words.Of(result.Facts.Capability)}");
        foreach (var note in result.Facts.Notes)
        {
            text.WriteLine($"  note        {note}");
        }

        if (result.Card is { } card)
        {
            WriteCard(text, card);
        }

        foreach (var ancestor in result.Lineage)
        {
            text.WriteLine($"  made from   {ancestor.Name} ({ancestor.Hash[..12]}, {ancestor.Tier.ToString().ToLowerInvariant()})");
        }

        foreach (var file in result.Files)
        {
            text.WriteLine($"  file        {file.Path}  {Tables.Size(file.Bytes)}  {file.Sha256}");
        }
    }

    private static void WriteCard(TextWriter text, Card card)
    {
        text.WriteLine($"  tier        {card.Tier.ToString().ToLowerInvariant()}{(card.Simulated ? ", made on simulated stand-in data" : "")}");
        text.WriteLine($"  licence     {card.Licence}");
        foreach (var data in card.Data)
        {
            text.WriteLine($"  data        {data.Id} ({data.Role}, {data.Licence}) {data.Sha256}");
        }

        foreach (var (key, value) in card.Metrics)
        {
            var baselines = card.Baselines.Where(baseline => baseline.Value.ContainsKey(key)).Select(baseline => string.Create(CultureInfo.InvariantCulture, $"{baseline.Key} {baseline.Value[key]:G4}"));
            text.WriteLine($"  metric      {key} = {value:G4}{(baselines.Any() ? $"   (beside {string.Join(", ", baselines)})" : "")}");
        }

        foreach (var check in card.Gate?.Checks ?? [])
        {
            text.WriteLine($"  gate        {(check.Passed ? "passed" : "FAILED")} {check.Name}: {check.Value:G4}. {check.Detail}");
        }

        if (card.Measured is { } measured)
        {
            text.WriteLine($"  spent       {measured.Seconds:F0} s{(measured.PlannedSeconds is { } planned ? string.Create(CultureInfo.InvariantCulture, $" (planned {planned:F0} s)") : "")}, {measured.EnergyJoules:F0} J ({measured.EnergySource}), {measured.Machine}, {measured.Finished}");
        }
    }
}
