using Pangu.Core;
using Pangu.Workshop.Recipes;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Plans;

/// <summary>What a recipe will cost on this machine, measured by a short calibration.</summary>
/// <param name="Stages">Every stage; null estimate where its output is there already.</param>
public sealed record Plan(IReadOnlyList<PlannedStage> Stages)
{
    /// <summary>Median of the total, seconds.</summary>
    public double Seconds => Stages.Sum(stage => stage.Estimate?.Seconds ?? 0);

    /// <summary>p10 of the total: the stages' deviations add up in squares, since they are independent.</summary>
    public double SecondsLow => Seconds - Math.Sqrt(Stages.Sum(stage => stage.Estimate is { } e ? Square(e.Seconds - e.SecondsLow) : 0));

    /// <summary>p90 of the total.</summary>
    public double SecondsHigh => Seconds + Math.Sqrt(Stages.Sum(stage => stage.Estimate is { } e ? Square(e.SecondsHigh - e.Seconds) : 0));

    /// <summary>Highest resident memory of any stage.</summary>
    public long PeakMemoryBytes => Stages.Max(stage => stage.Estimate?.PeakMemoryBytes ?? 0);

    private static double Square(double value) => value * value;
}

/// <summary>One stage of a plan.</summary>
/// <param name="Name">Name of the stage.</param>
/// <param name="Estimate">What it will cost; null where its output is there already.</param>
public sealed record PlannedStage(string Name, StageEstimate? Estimate);

/// <summary>Foresees the cost of a recipe without running it.</summary>
internal sealed class Planner(StageRunner runner, RunOptions options)
{
    /// <summary>Measures a small piece of each stage that is not done.</summary>
    /// <param name="work">The recipe's stages.</param>
    /// <param name="seed">The recipe's root seed.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellation">Asks for a stop.</param>
    /// <returns>The plan.</returns>
    public Plan Make(RecipeWork work, ulong seed, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        var planned = new List<PlannedStage>();
        var scratch = Directory.CreateTempSubdirectory("pangu-plan-").FullName;
        try
        {
            foreach (var stage in work.Stages)
            {
                cancellation.ThrowIfCancellationRequested();
                progress.Report(new WorkProgress("plan", planned.Count, work.Stages.Count, "stages", Note: stage.Name));
                if (runner.IsDone(stage, seed))
                {
                    planned.Add(new PlannedStage(stage.Name, null));
                    continue;
                }

                var folder = Path.Combine(scratch, stage.Name);
                Directory.CreateDirectory(folder);
                planned.Add(new PlannedStage(stage.Name, stage.Estimate(new Calibration
                {
                    Threads = options.Threads,
                    Seeds = new Seeds(new Seeds(seed).SeedFor("plan/" + stage.Name)),
                    Scratch = folder,
                    InputFolders = stage.Inputs.Where(runner.HasRun).ToDictionary(input => input.Name, runner.FolderOf),
                    Cancellation = cancellation,
                })));
            }
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }

        progress.Report(new WorkProgress("plan", planned.Count, work.Stages.Count, "stages"));
        return new Plan(planned);
    }
}
