using System.Globalization;
using System.Text.Json;
using Pangu.Core;
using Pangu.Data.Sources;
using Pangu.Formats;
using Pangu.Tensors;
using Pangu.Workshop.Language;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Prediction;
using Pangu.Workshop.Recipes;
using Pangu.Workshop.Runs;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Tests.Stages;

/// <summary>
/// A change of code that changes what a stage makes must raise the stage's revision, or finished work would be reused that the code no longer makes. Every stage of a tiny run is
/// summed up in a number a file and compared with what the repository says it makes at this revision. After raising a revision, write the new numbers with
/// <c>PANGU_WRITE_FINGERPRINTS=1 ./test --only Workshop --all</c> and commit them with the change.
/// </summary>
[Trait("Category", "EndToEnd")]
public sealed class StageFingerprintTests : IDisposable
{
    // Other processors round otherwise; a few steps of training spread that to some 1e-5. A change of what is computed moves some file by far more.
    private const double Tolerance = 1e-3;

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n" };

    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("power-transformer-small", "models.foundation.training.steps=6", "models.foundation.training.warmUpSteps=2", "models.industry.training.steps=4", "models.industry.training.warmUpSteps=2", "models.forecast.training.steps=4", "models.forecast.training.warmUpSteps=2", "models.forecast.training.validateEvery=2")]
    [InlineData("tiny-shakespeare-small", "models.foundation.network.width=16", "models.foundation.training.steps=6", "models.foundation.training.shortWindows={ length: 16, steps: 3 }", "models.foundation.training.warmUpSteps=2", "models.foundation.training.validateEvery=3")]
    public void Execute_EveryStageOfATinyRun_MakesWhatItsRevisionMade(string recipe, params string[] settings)
    {
        var made = Run(recipe, settings);
        var path = Path.Combine(Outside.RepositoryRoot, "tests", "Pangu.Workshop.Tests", "Stages", "Fingerprints", $"{recipe}.json");
        if (Environment.GetEnvironmentVariable("PANGU_WRITE_FINGERPRINTS") is { Length: > 0 })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, JsonSerializer.Serialize(made, Indented) + "\n");
        }

        var known = JsonSerializer.Deserialize<SortedDictionary<string, Fingerprint>>(File.ReadAllText(path), JsonSerializerOptions.Web)!;
        Assert.Equal(known.Keys, made.Keys);
        foreach (var (stage, wanted) in known)
        {
            var got = made[stage];
            Assert.True(wanted.Revision == got.Revision, $"{stage} has revision {got.Revision}, {path} knows {wanted.Revision}: write the new numbers.");
            Assert.Equal(wanted.Files.Keys, got.Files.Keys);
            Assert.All(wanted.Files, file => Assert.True(
                Math.Abs(file.Value - got.Files[file.Key]) <= Tolerance * Math.Max(Math.Abs(file.Value), 1e-6),
                string.Create(CultureInfo.InvariantCulture, $"{stage} (kind {got.Kind}, revision {got.Revision}) makes another {file.Key}: {got.Files[file.Key]}, not {file.Value}. If that is meant, raise the stage's Revision and write the new numbers.")));
        }
    }

    private SortedDictionary<string, Fingerprint> Run(string reference, string[] settings)
    {
        var root = Outside.RepositoryRoot;
        var libtorch = Libtorch.Load(1, Path.Combine(_home.Path, "libtorch"));
        var (catalogue, store) = (new Catalogue(Path.Combine(root, "datasets")), new DataStore(DataStoreSettings.For(_home.Path, null, null, offline: true)));
        var (recipe, family, file) = new RecipeFile([new SeriesRecipeFamily(catalogue, store), new LanguageRecipeFamily(catalogue, store)], Path.Combine(root, "recipes")).Load(reference, settings);
        var runner = new StageRunner(new StageStore(Path.Combine(_home.Path, "stages")), new RunOptions(1, libtorch.Version, true), new EnergyMeter(1));
        var fingerprints = new SortedDictionary<string, Fingerprint>(StringComparer.Ordinal);
        foreach (var stage in family.Compose(recipe, Path.GetDirectoryName(file)!, null, TestContext.Current.CancellationToken).Stages)
        {
            var output = runner.Run(stage, recipe.Seed, new Progress<WorkProgress>(), TestContext.Current.CancellationToken);
            var files = Directory.EnumerateFiles(output.Folder, "*", SearchOption.AllDirectories).Where(path => Path.GetExtension(path) is ".json" or ".safetensors" && Path.GetFileName(path) != "figures.json"); // Drawings hold times, which dwarf all else.
            fingerprints.Add(stage.Name, new Fingerprint(stage.Kind, stage.Revision, new SortedDictionary<string, double>(files.ToDictionary(path => Path.GetRelativePath(output.Folder, path), Sum), StringComparer.Ordinal)));
        }

        return fingerprints;
    }

    /// <summary>Mean size of all numbers of a file.</summary>
    private static double Sum(string path)
    {
        if (path.EndsWith(".json", StringComparison.Ordinal))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var numbers = Numbers(document.RootElement).Where(double.IsFinite).ToList();
            return numbers.Count == 0 ? 0 : numbers.Average(Math.Abs);
        }

        using var weights = SafetensorsFile.Open(path);
        return weights.Tensors.Values.Sum(tensor => tensor.ToSingles().Where(float.IsFinite).Sum(value => Math.Abs((double)value)));
    }

    private static IEnumerable<double> Numbers(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => [element.GetDouble()],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Numbers),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Numbers(property.Value)),
        _ => [],
    };

    /// <summary>What a stage made.</summary>
    /// <param name="Kind">Kind of work.</param>
    /// <param name="Revision">Revision of the code.</param>
    /// <param name="Files">Mean or sum of the sizes of all numbers, by relative path.</param>
    internal sealed record Fingerprint(string Kind, int Revision, SortedDictionary<string, double> Files);
}
