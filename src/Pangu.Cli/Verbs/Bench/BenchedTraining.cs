using System.Text.Json;
using Pangu.Cli.Families;
using Pangu.Cli.Workshop;
using Pangu.Core;
using Pangu.Training;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Stages;

namespace Pangu.Cli.Verbs.Bench;

/// <summary>Which training is measured: a recipe's first, a model's shape, or a file that says both.</summary>
/// <param name="Reference">What the operator wrote.</param>
/// <param name="Rows">Rows of a batch; null for what the reference says.</param>
/// <param name="RowTokens">Tokens of a row; null for what the reference says.</param>
internal sealed record BenchedTraining(string Reference, int? Rows, int? RowTokens)
{
    private const int ModelRows = 8;

    /// <summary>Finds it.</summary>
    /// <param name="call">The call of the verb.</param>
    /// <returns>What a step works on.</returns>
    /// <exception cref="PanguException">The reference is neither, or says nothing that is trained.</exception>
    public TrainingLoad Find(VerbCall call)
    {
        var load = IsFile ? FromFile() : FromRecipe(call) ?? FromModel(call);
        load = load with { Rows = Rows ?? load.Rows, RowTokens = RowTokens ?? load.RowTokens };
        if (load.Rows < 1 || load.RowTokens < 1)
        {
            throw PanguException.Usage("bench-size", $"A step has {load.Rows} rows of {load.RowTokens} tokens; both must be at least 1.");
        }

        return load;
    }

    private bool IsFile => Reference.EndsWith(".json", StringComparison.Ordinal) && Path.GetFileName(Reference) != "config.json" && File.Exists(Reference);

    private static OptimizerOptions Optimizer => new() { AdamW = new AdamWOptions(1e-4) { WeightDecay = 0.1 } };

    private TrainingLoad FromFile()
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(Reference));
            var root = document.RootElement;
            return new TrainingLoad(ModelFamilies.Configs.Read(root.GetProperty("model"), Reference), root.GetProperty("rows").GetInt32(), root.GetProperty("rowTokens").GetInt32(), Optimizer);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new PanguException(ErrorKind.Usage, "bench-file", $"{Reference} could not be read: {exception.Message} Expected an object with rows, rowTokens and model, as benchmarks/training/*.json.", exception);
        }
    }

    private TrainingLoad? FromRecipe(VerbCall call)
    {
        var workshop = new WorkshopHost(call);
        try
        {
            workshop.Recipes.Locate(Reference);
        }
        catch (PanguException)
        {
            return null;
        }

        var (_, work) = workshop.Compose(Reference);
        var stage = work.Stages.OfType<ITrainingStage>().FirstOrDefault()
            ?? throw PanguException.Usage("bench-recipe", $"The recipe {Reference} trains no network that can be measured.");
        var scratch = Directory.CreateTempSubdirectory("pangu-bench-");
        try
        {
            return stage.LoadOf(new Calibration { Threads = call.Settings.Threads, Seeds = new Seeds(1), Scratch = scratch.FullName, InputFolders = new Dictionary<string, string>(), Cancellation = call.CancellationToken });
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private TrainingLoad FromModel(VerbCall call)
    {
        using var folder = ModelFolder.Open(call.Surroundings.Models.Locate(Reference));
        return new TrainingLoad(folder.Config, ModelRows, ModelFamilies.MeasuredRowTokens(folder.Family, folder.Config), Optimizer);
    }
}
