using System.Text.Json;
using Pangu.Processes;

namespace Pangu.PlanAccuracy;

/// <summary>One plan and the run after it.</summary>
/// <param name="Stages">Planned and spent seconds of every stage, in order.</param>
/// <param name="PlanSeconds">What planning took.</param>
/// <param name="Steal">Share of processor time that other guests of the machine took during the run.</param>
/// <param name="Busy">Share of processor time that was used during plan and run, by whomever.</param>
internal sealed record Pair(IReadOnlyList<PairStage> Stages, double PlanSeconds, double Steal, double Busy)
{
    /// <summary>Planned seconds of all stages.</summary>
    public double Planned => Stages.Sum(stage => stage.Planned);

    /// <summary>Spent seconds of all stages.</summary>
    public double Spent => Stages.Sum(stage => stage.Spent);

    /// <summary>How far the plan lay from the run, as a share of the run.</summary>
    public double Error => (Planned / Spent) - 1;

    /// <summary>Plans and runs a recipe.</summary>
    /// <param name="program">How to start Pangu.</param>
    /// <param name="home">An empty PANGU_HOME.</param>
    /// <param name="arguments">The recipe and options; <c>--json</c> among them.</param>
    /// <param name="cancellation">Kills both.</param>
    public static async Task<Pair> MeasureAsync(PanguProgram program, string home, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var begin = ProcessorTime.Read();
        var plan = await program.RunAsync(home, cancellation, ["plan", .. arguments]);
        var planned = plan.ExitCode == 0
            ? plan.Json.GetProperty("stages").EnumerateArray().ToDictionary(stage => stage.GetProperty("name").GetString()!, stage => stage.GetProperty("seconds").GetDouble())
            : throw new InvalidOperationException($"The plan ended with exit code {plan.ExitCode}:\n{plan.Errors}");
        var run = await program.RunAsync(home, cancellation, ["run", .. arguments]);
        if (run.ExitCode is not (0 or 1))
        {
            throw new InvalidOperationException($"The run ended with exit code {run.ExitCode}:\n{run.Errors}");
        }

        var used = ProcessorTime.Read().Since(begin);
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(run.Json.GetProperty("report").GetString()!, "json"), cancellation));
        var spent = report.RootElement.GetProperty("run").GetProperty("stages").EnumerateArray()
            .Where(stage => !stage.GetProperty("reused").GetBoolean())
            .Select(stage => (Name: stage.GetProperty("name").GetString()!, Seconds: stage.GetProperty("spent").GetProperty("seconds").GetDouble()));
        return new Pair([.. spent.Select(stage => new PairStage(stage.Name, planned[stage.Name], stage.Seconds))], plan.Seconds, used.Steal, used.Busy);
    }

    /// <inheritdoc/>
    public override string ToString() => $"planned {Planned:0.0} s in {PlanSeconds:0.0} s, spent {Spent:0.0} s ({Error:+0.0%;-0.0%}), steal {Steal:0.0%}, processors busy {Busy:0%}";
}

/// <summary>One stage of a pair.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Planned">Planned seconds (p50).</param>
/// <param name="Spent">Spent seconds.</param>
internal sealed record PairStage(string Name, double Planned, double Spent)
{
    /// <summary>How far the plan lay from the run, as a share of the run.</summary>
    public double Error => (Planned / Spent) - 1;
}
