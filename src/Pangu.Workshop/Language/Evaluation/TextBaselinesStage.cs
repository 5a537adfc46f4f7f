using System.Text.Json.Nodes;
using Pangu.Core;
using Pangu.Data;
using Pangu.Evaluation.Language;
using Pangu.Workshop.Language.Texts;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Language.Evaluation;

/// <summary>Fits baselines on the training part and scores the validation part with them: the same targets as the models.</summary>
internal sealed class TextBaselinesStage : Stage
{
    // Blocks are of no consequence: the baselines look back across them.
    private const int Block = 1024;

    /// <summary>The text.</summary>
    public required LoadTextStage Text { get; init; }

    /// <summary>Names of the baselines.</summary>
    public required IReadOnlyList<string> Baselines { get; init; }

    /// <summary>What pieces of the recipe's work cost, for the plan.</summary>
    public required LanguageCosts Costs { get; init; }

    /// <inheritdoc/>
    public override string Kind => "baselines-text";

    /// <inheritdoc/>
    public override int Revision => 1;

    /// <inheritdoc/>
    public override JsonNode Settings => Canonical(new { Baselines });

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Inputs => [Text];

    /// <inheritdoc/>
    public override void Execute(StageContext context)
    {
        var data = TextData.Read(context.Input(Text));
        var figures = new SortedDictionary<string, IReadOnlyDictionary<string, double>>(StringComparer.Ordinal);
        foreach (var name in Baselines)
        {
            context.Progress.Report(new WorkProgress(Name, figures.Count, Baselines.Count, "baselines", Note: name));
            figures[name] = TextFigures.Of(data, Measure(name, data.Train, data.Validation, data.Facts.Vocabulary, context.Cancellation));
        }

        BaselineFile.Write(context.OutputFile("baselines.json"), figures);
        context.Progress.Report(new WorkProgress(Name, Baselines.Count, Baselines.Count, "baselines"));
    }

    /// <inheritdoc/>
    public override StageEstimate Estimate(Calibration calibration)
    {
        // A piece of both parts: what is counted and looked up grows with them.
        const int Pieces = 10;
        var sketch = Costs.Sketch(Text, calibration);
        var (text, middle) = (sketch.Data.Text, sketch.Data.Facts.TrainTokens);
        var train = new TokenPart(text, 0, Math.Max(2, middle / Pieces));
        var validation = new TokenPart(text, middle, Math.Min(text.Ids.Length, Math.Max(middle + 2, middle + (sketch.Data.Validation.Count / Pieces))));
        var seconds = Baselines.Sum(name => PieceCosts.Seconds(() => Measure(name, train, validation, sketch.Data.Facts.Vocabulary, calibration.Cancellation)));
        return PieceCosts.Estimate(seconds * sketch.TrainTokens / train.Count, 0.3);
    }

    private static NatsReport Measure(string name, TokenPart train, TokenPart validation, int vocabulary, CancellationToken cancellation) =>
        new NatsTask { Part = validation, Block = Block }.Evaluate(TextBaselines.Fit(name, train, vocabulary, cancellation), cancellationToken: cancellation);
}
