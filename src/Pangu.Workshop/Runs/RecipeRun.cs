using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pangu.Core;
using Pangu.Workshop.Gates;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Recipes;
using Pangu.Workshop.Reports;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Runs;

/// <summary>Executes a recipe: plan, stages, gates, registry, report. Resumable: an unchanged stage is reused, an interrupted one goes on.</summary>
/// <param name="home">PANGU_HOME.</param>
/// <param name="registry">Where the models go.</param>
/// <param name="prices">What time and energy cost.</param>
/// <param name="machine">Description of the machine for cards.</param>
/// <param name="software">Versions for cards.</param>
/// <param name="time">The clock; used for names of runs and cards only.</param>
public sealed class RecipeRun(string home, IModelRegistry registry, Prices prices, string machine, string software, TimeProvider time)
{
    /// <summary>What time and energy cost.</summary>
    public Prices Prices => prices;

    /// <summary>Whether energy is <c>measured</c> or <c>assumed</c> on this machine.</summary>
    public string EnergySource => new EnergyMeter(prices.AssumedWatts).Source;

    /// <summary>Foresees the cost of a recipe.</summary>
    /// <param name="recipe">A sound recipe.</param>
    /// <param name="work">Its stages.</param>
    /// <param name="options">Settings of the run.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellation">Asks for a stop.</param>
    /// <returns>The plan.</returns>
    public Plan Plan(Recipe recipe, RecipeWork work, RunOptions options, IProgress<WorkProgress> progress, CancellationToken cancellation) =>
        new Planner(Runner(options), options).Make(work, recipe.Seed, progress, cancellation);

    /// <summary>Runs a recipe to its end.</summary>
    /// <param name="recipe">A sound recipe.</param>
    /// <param name="work">Its stages.</param>
    /// <param name="options">Settings of the run.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellation">Asks for a stop at a safe point.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="OperationCanceledException">Stopped; the same call goes on from there.</exception>
    public RunRecord Execute(Recipe recipe, RecipeWork work, RunOptions options, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.GetTimestamp();
        var started = time.GetUtcNow();
        var energy = new EnergyMeter(prices.AssumedWatts);
        var energyStart = energy.Read();
        var plan = Plan(recipe, work, options, progress, cancellation);

        var runner = Runner(options);
        var stages = work.Stages.Select((stage, index) =>
        {
            var output = runner.Run(stage, recipe.Seed, progress, cancellation);
            return (Stage: stage, Output: output, Record: new RunStage(stage.Name, plan.Stages[index].Estimate, output.Spent, output.Reused));
        }).ToList();

        var context = new CardContext(recipe, work, runner, stages.ToDictionary(stage => stage.Stage.Name, stage => stage.Record), energy.Source, options.Threads);
        var models = RegisterModels(context);
        LogTestEvaluations(recipe, models, context);

        var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        var record = new RunRecord
        {
            Run = $"{recipe.Name}-{started.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{Environment.ProcessId}",
            Recipe = recipe.Name,
            Title = recipe.Title ?? recipe.Name,
            Status = models.All(model => !model.Gated || model.Card.Gate is { Passed: true }) ? RunStatus.Released : RunStatus.NotReleased,
            Simulated = work.Simulated,
            Notes = work.Notes,
            ReplicaData = work.ReplicaData,
            Models = models,
            Stages = [.. stages.Select(stage => stage.Record)],
            Seconds = seconds,
            EnergyJoules = energy.JoulesSince(energyStart, seconds),
            EnergySource = energy.Source,
            Prices = prices,
            Machine = machine,
            Threads = options.Threads,
            Started = started.ToString("u", CultureInfo.InvariantCulture),
            Folder = Path.Combine(home, "runs", $"{recipe.Name}-{started.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{Environment.ProcessId}"),
        };
        var gated = work.Models.Where(model => model.Gated && model.Evaluation is not null).Select(model => model.Evaluation!.Name).ToHashSet();
        ReportWriter.Write(
            record,
            [
                .. stages.OrderBy(stage => gated.Contains(stage.Stage.Name) ? 0 : 1)
                    .SelectMany(stage => Figure.Read(Path.Combine(stage.Output.Folder, "figures.json")))
                    .OrderBy(figure => figure.Section == Figure.LearningSection ? 1 : 0),
                CostFigure.Of(record),
            ]);
        return record;
    }

    private StageRunner Runner(RunOptions options) =>
        new(new StageStore(Path.Combine(home, "stages")), options, new EnergyMeter(prices.AssumedWatts));

    private List<RunModel> RegisterModels(CardContext context)
    {
        var models = new List<RunModel>();
        foreach (var model in context.Work.Models)
        {
            var parent = model.Parent is null ? null : models.First(other => other.Name == $"{context.Recipe.Name}/{model.Parent}");
            var evaluation = model.Evaluation is null
                ? new ModelEvaluation()
                : ModelEvaluation.Read(Path.Combine(context.Runner.FolderOf(model.Evaluation), "evaluation.json")).GetValueOrDefault(model.Name) ?? new ModelEvaluation();
            var card = MakeCard(context, model, parent?.Hash, evaluation);
            var registered = registry.Add(Path.Combine(context.Runner.FolderOf(model.Package), "package"), card);
            models.Add(new RunModel(registered.Name, registered.Hash, registered.Folder, card, model.Gated) { Use = model.Use });
        }

        return models;
    }

    private Card MakeCard(CardContext context, RecipeModel model, string? parent, ModelEvaluation evaluation)
    {
        var lineage = Lineage(model.Package).Append(model.Package).DistinctBy(stage => stage.Name).Select(stage => context.Stages[stage.Name]).ToList();
        var planned = lineage.All(stage => stage.Planned is not null) ? lineage.Sum(stage => stage.Planned!.Seconds) : (double?)null;
        return new Card
        {
            Name = $"{context.Recipe.Name}/{model.Name}",
            Tier = model.Tier,
            Family = context.Recipe.Family,
            Capability = model.Capability,
            Parent = parent,
            Licence = context.Recipe.Licence,
            Simulated = context.Work.Simulated,
            Data = model.Data,
            Settings = Flatten(WithPrecision(model.Package.Settings, context.Recipe.Precision)),
            Metrics = evaluation.Metrics,
            Baselines = evaluation.Baselines,
            Gate = evaluation.Checks.Count == 0 ? null : new GateResult(evaluation.Checks.All(check => check.Passed), evaluation.Checks),
            Measured = new Measured
            {
                Seconds = lineage.Sum(stage => stage.Spent.Seconds),
                PlannedSeconds = planned,
                EnergyJoules = lineage.Sum(stage => stage.Spent.EnergyJoules),
                EnergySource = context.EnergySource,
                Machine = machine,
                OperatingSystem = System.Runtime.InteropServices.RuntimeInformation.OSDescription,
                Threads = context.Threads,
                Software = software,
                Finished = time.GetUtcNow().ToString("u", CultureInfo.InvariantCulture),
            },
        };
    }

    private void LogTestEvaluations(Recipe recipe, IReadOnlyList<RunModel> models, CardContext context)
    {
        // An evaluation that an earlier attempt made before it was killed is reused, but was not logged.
        var path = Path.Combine(home, "runs", "test-evaluations.jsonl");
        var logged = File.Exists(path) ? File.ReadAllText(path) : string.Empty;
        var lines = context.Work.Models.Zip(models)
            .Where(pair => pair.First.Evaluation is { } stage && (!context.Stages[stage.Name].Reused || !logged.Contains(pair.Second.Hash, StringComparison.Ordinal)))
            .SelectMany(pair => ModelEvaluation.Read(Path.Combine(context.Runner.FolderOf(pair.First.Evaluation!), "evaluation.json"))
                .GetValueOrDefault(pair.First.Name, new ModelEvaluation()).TestEvaluations
                .Select(set => new JsonObject
                {
                    ["time"] = time.GetUtcNow().ToString("u", CultureInfo.InvariantCulture),
                    ["recipe"] = recipe.Name,
                    ["model"] = pair.Second.Name,
                    ["hash"] = pair.Second.Hash,
                    ["set"] = set,
                }.ToJsonString()));
        Directory.CreateDirectory(Path.Combine(home, "runs"));
        File.AppendAllLines(path, lines);
    }

    private static IEnumerable<Stage> Lineage(Stage stage) => stage.Inputs.SelectMany(input => Lineage(input).Append(input));

    /// <summary>What a stage fitted stands on a network that was trained: a card says in what precision, whichever stage came last.</summary>
    private static JsonNode WithPrecision(JsonNode settings, Precision precision)
    {
        var said = settings.DeepClone();
        if (said is JsonObject map)
        {
            map["precision"] = CanonicalJson.Of(new { precision })["precision"]!.DeepClone();
        }

        return said;
    }

    private static SortedDictionary<string, string> Flatten(JsonNode settings)
    {
        var flat = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Walk(settings, string.Empty);
        return flat;

        void Walk(JsonNode? node, string path)
        {
            switch (node)
            {
                case JsonObject map:
                    foreach (var (key, value) in map)
                    {
                        Walk(value, path.Length == 0 ? key : $"{path}.{key}");
                    }

                    break;
                case JsonArray list when list.Any(item => item is JsonObject):
                    for (var index = 0; index < list.Count; index++)
                    {
                        Walk(list[index], $"{path}[{index}]");
                    }

                    break;
                case not null:
                    flat[path] = node.ToJsonString();
                    break;
            }
        }
    }

    private sealed record CardContext(Recipe Recipe, RecipeWork Work, StageRunner Runner, IReadOnlyDictionary<string, RunStage> Stages, string EnergySource, int Threads);
}
