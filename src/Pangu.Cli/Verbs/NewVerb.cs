using System.CommandLine;
using System.Text.Json.Serialization;
using Pangu.Cli.Workshop;
using Pangu.Core;
using Pangu.Workshop.Recipes;

namespace Pangu.Cli.Verbs;

/// <summary><c>pangu new</c>: a recipe repeated for a new site with its own data.</summary>
internal static class NewVerb
{
    public static Command Create(VerbHost host)
    {
        var folder = new Argument<string>("folder") { Description = "Folder of the new recipe; its last part is the recipe's name." };
        var from = new Option<string>("--from") { Description = "Recipe to repeat.", HelpName = "recipe", Required = true };
        var data = new Option<string[]>("--data") { Description = "Role and file of the site's data: load=meters.csv (repeatable), or text=book.txt for a recipe of texts.", HelpName = "name=path", AllowMultipleArgumentsPerToken = false };
        var csv = new CsvOptions();
        return host.Verb(
            "new",
            "Writes a recipe that repeats another one for a new site: what its data hold (columns, interval, season; characters of a text) and how they are split is detected and written down.",
            "./pangu new my-site --from power-transformer --data load=meters.csv",
            [folder, from, data, .. csv.All],
            call => Task.FromResult(Run(call, call.Parsed.GetValue(folder)!, call.Parsed.GetValue(from)!, call.Parsed.GetValue(data) ?? [], csv)));
    }

    private static int Run(VerbCall call, string folder, string from, string[] data, CsvOptions csv)
    {
        var target = Path.GetFullPath(folder);
        var file = Path.Combine(target, "recipe.yaml");
        if (File.Exists(file))
        {
            throw PanguException.Usage("new-exists", $"{file} exists already; choose another folder, or remove it first.");
        }

        if (!RecipeFile.IsName(Path.GetFileName(target)))
        {
            throw PanguException.Usage("new-name", $"The folder's name \"{Path.GetFileName(target)}\" becomes the recipe's name; expected lower-case letters, digits and hyphens, for example my-site.");
        }

        if (data.Length == 0)
        {
            throw PanguException.Usage("new-data", "--data is missing; say which file holds the site's data, for example --data load=meters.csv or --data text=book.txt.");
        }

        var (recipe, family, source) = new WorkshopHost(call).Recipes.Load(from, []);
        var replica = new Replica(
            Path.GetFileName(target),
            target,
            Path.GetRelativePath(target, Path.GetFullPath(source)).Replace('\\', '/'),
            folder,
            [.. data.Select(Parse)],
            csv.Read(call.Parsed));
        var yaml = family.Replicate(recipe, replica);
        Directory.CreateDirectory(target);
        DurableFile.WriteText(file, yaml);
        call.Result(new NewResult(1, target), NewJson.Default.NewResult, text =>
        {
            text.Write(yaml);
            text.WriteLine();
            text.WriteLine($"Written to {file}. Look it over, then: ./pangu run {folder}");
        });
        return 0;
    }

    private static (string Role, string Path) Parse(string data)
    {
        var parts = data.Split('=', 2);
        if (parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0)
        {
            throw PanguException.Usage("new-data", $"--data got \"{data}\"; expected name=path, for example load=meters.csv.");
        }

        var path = Path.GetFullPath(parts[1]);
        return File.Exists(path) ? (parts[0], path)
            : Directory.Exists(path) ? throw PanguException.Usage("new-data", $"--data {data}: {path} is a folder; a file was expected.")
            : throw PanguException.Missing("new-data-missing", $"--data {data}: {path} does not exist; give the path of the file, relative to where you are.");
    }
}

/// <summary>What <c>new --json</c> prints.</summary>
internal sealed record NewResult(int Schema, string Folder);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NewResult))]
internal sealed partial class NewJson : JsonSerializerContext;
