using System.Globalization;
using System.Text;

namespace Pangu.PlanAccuracy;

/// <summary>Planned beside spent as a Markdown table.</summary>
internal static class AccuracyTable
{
    private const double LongStageSeconds = 30; // Shorter stages do not decide a plan.

    /// <summary>Writes the pairs.</summary>
    /// <param name="pairs">At least one.</param>
    public static string Write(IReadOnlyList<Pair> pairs)
    {
        var text = new StringBuilder();
        Line("| stage | planned s | spent s | error |");
        Line("|---|---|---|---|");
        foreach (var name in pairs[0].Stages.Select(stage => stage.Name))
        {
            var stages = pairs.SelectMany(pair => pair.Stages.Where(stage => stage.Name == name)).ToList();
            Row(name, stages.ConvertAll(stage => stage.Planned), stages.ConvertAll(stage => stage.Spent), stages.ConvertAll(stage => stage.Error));
        }

        Row("**total**", [.. pairs.Select(pair => pair.Planned)], [.. pairs.Select(pair => pair.Spent)], [.. pairs.Select(pair => pair.Error)]);
        Line("");
        Line($"Medians of {pairs.Count} pair(s); error: median of the size of (planned / spent - 1), and each pair's.");
        foreach (var (pair, index) in pairs.Select((pair, index) => (pair, index)))
        {
            Line($"- pair {index + 1}: {pair}");
        }

        Line("");
        Line($"Median error of the total: {Median(pairs.Select(pair => Math.Abs(pair.Error))):0.0%}.");
        foreach (var stage in pairs.SelectMany(pair => pair.Stages).GroupBy(stage => stage.Name).Where(stages => Median(stages.Select(stage => stage.Spent)) > LongStageSeconds))
        {
            Line($"Median error of {stage.Key}: {Median(stage.Select(each => Math.Abs(each.Error))):0.0%}.");
        }

        return text.ToString();

        void Row(string name, List<double> planned, List<double> spent, List<double> errors) =>
            Line($"| {name} | {Median(planned):0.0} | {Median(spent):0.0} | {Median(errors.Select(Math.Abs)):0.0%} ({string.Join(", ", errors.Select(error => error.ToString("+0%;-0%", CultureInfo.InvariantCulture)))}) |");

        void Line(string line) => text.Append(line).Append('\n');
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
