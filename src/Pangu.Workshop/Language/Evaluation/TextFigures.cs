using Pangu.Evaluation.Language;
using Pangu.Workshop.Language.Texts;
using Pangu.Workshop.Reports;

namespace Pangu.Workshop.Language.Evaluation;

/// <summary>The figures and plots of a language model.</summary>
internal static class TextFigures
{
    /// <summary>What a nat is in bits.</summary>
    public static double BitsPerNat { get; } = 1 / Math.Log(2);

    /// <summary>Loss curves of language models: nats on the left, bits on the right.</summary>
    public static SecondUnit Bits { get; } = new("bits per token", BitsPerNat);

    /// <summary>The key of a figure on the validation part.</summary>
    public static string Key(TextFacts facts, string metric) => $"{facts.Id}/validation/{metric}";

    /// <summary>Figures by key. They are per character, whatever a token is.</summary>
    /// <param name="data">The text.</param>
    /// <param name="report">What was measured, per token.</param>
    public static SortedDictionary<string, double> Of(TextData data, NatsReport report)
    {
        var nats = report.Nats * data.Validation.Count / data.Facts.ValidationCharacters;
        return new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            [Key(data.Facts, "nats")] = nats,
            [Key(data.Facts, "bits")] = nats * BitsPerNat,
            [Key(data.Facts, "targets")] = report.Targets,
        };
    }

    /// <summary>How the loss falls as more of the text is known.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="data">The text.</param>
    /// <param name="report">What was measured.</param>
    /// <param name="baselines">Nats of each baseline.</param>
    public static Figure ByPosition(string model, TextData data, NatsReport report, IReadOnlyDictionary<string, double> baselines)
    {
        var known = report.ByPosition.Select((_, position) => position + 1.0).ToList();
        return new Figure(
            $"{model} on {data.Facts.Id}",
            "Loss by how much of the text is known (validation)",
            "Mean loss of the token after 1, 2, 3 ... tokens of a block. Dashed: baselines, which look back across blocks.",
            "tokens known",
            "nats per token",
            [
                new Trace(model, TraceKind.Line, known, report.ByPosition) { Role = TraceRole.Model },
                .. baselines.Select(baseline => new Trace(baseline.Key, TraceKind.Line, [known[0], known[^1]], [baseline.Value, baseline.Value]) { Role = TraceRole.Limit }),
            ])
        {
            Second = Bits,
        };
    }
}
