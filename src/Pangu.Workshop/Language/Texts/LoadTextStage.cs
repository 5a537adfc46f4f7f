using System.Text.Json.Nodes;
using Pangu.Core;
using Pangu.Modalities.Text;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Sources;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Language.Texts;

/// <summary>Reads a text, divides it and turns it into tokens, by the tokenizer that serving uses.</summary>
internal sealed class LoadTextStage : Stage
{
    /// <summary>The text's settings.</summary>
    public required TextSettings Text { get; init; }

    /// <summary>Where its bytes are.</summary>
    public required ResolvedFile Source { get; init; }

    /// <summary>What pieces of the recipe's work cost, for the plan.</summary>
    public required LanguageCosts Costs { get; init; }

    /// <inheritdoc/>
    public override string Kind => "load-text";

    /// <inheritdoc/>
    public override int Revision => 1;

    /// <inheritdoc/>
    public override JsonNode Settings => Canonical(new { Text = Text with { Path = null, Source = null, File = null }, Source.Fingerprint.Sha256 });

    /// <inheritdoc/>
    public override void Execute(StageContext context)
    {
        var data = TextData.Of(TextFile.Read(Source.Path, Text.LineEnds), Text);
        data.Write(context.Output);
        context.Progress.Report(new WorkProgress(Name, data.Facts.Characters, data.Facts.Characters, "characters", Note: $"{data.Facts.Vocabulary} different tokens, {data.Text.DocumentStarts.Count + 1} document(s)"));
    }

    /// <inheritdoc/>
    public override StageEstimate Estimate(Calibration calibration) => PieceCosts.Estimate(Costs.Sketch(this, calibration).ReadSeconds, 0.5);
}
