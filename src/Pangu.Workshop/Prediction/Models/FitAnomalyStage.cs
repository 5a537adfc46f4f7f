using System.Text.Json.Nodes;
using Pangu.Core;
using Pangu.Evaluation.Prediction.Anomalies;
using Pangu.Formats;
using Pangu.Modalities.Series;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Prediction.Costs;
using Pangu.Workshop.Prediction.Sites;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Prediction.Models;

/// <summary>Makes an anomaly model of a forecaster: scores are forecast errors in units of each channel's typical error, the threshold lets through a stated share of the healthy choice half.</summary>
internal sealed class FitAnomalyStage : Stage
{
    /// <summary>Stage whose output holds the forecaster's package.</summary>
    public required Stage Forecaster { get; init; }

    /// <summary>The site whose job it does.</summary>
    public required LoadSiteStage Site { get; init; }

    /// <summary>How it scores and where it draws the line.</summary>
    public required AnomalySettings Anomaly { get; init; }

    /// <summary>Shape of the forecaster's network, for the plan, which cannot read it yet.</summary>
    public required NetworkSettings Shape { get; init; }

    /// <summary>Linear paths beside the network; null for none.</summary>
    public required BlendRecipe? Blend { get; init; }

    /// <summary>What pieces of the recipe's work cost, for the plan.</summary>
    public required SeriesCosts Costs { get; init; }

    /// <inheritdoc/>
    public override string Kind => "fit-anomaly";

    /// <inheritdoc/>
    public override int Revision => 1;

    /// <inheritdoc/>
    public override JsonNode Settings => Canonical(new { Anomaly.Stride, Anomaly.Smoothing, Anomaly.FalseAlarmRate });

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Inputs => [Forecaster, Site];

    /// <inheritdoc/>
    public override void Execute(StageContext context)
    {
        var site = SiteData.Read(context.Input(Site));
        var source = Path.Combine(context.Input(Forecaster), "package");
        AnomalyCalibration calibration;
        using (var forecaster = Inference.Forecaster.Load(source, context.Threads))
        {
            calibration = ErrorScores.Calibrate(forecaster, site.Scaled, site.Splits.Choice, Anomaly.Stride, Anomaly.Smoothing, Anomaly.FalseAlarmRate, context.Cancellation);
        }

        using var package = ModelPackage.Open(source, SeriesPackages.Json);
        ModelPackage.Write(
            context.OutputFile("package"),
            Family.Prediction,
            Capability.DetectAnomaly,
            package.Config,
            package.Weights,
            new Dictionary<string, string> { [SeriesPackages.PreprocessorName] = site.Preprocessor(calibration).ToJson() },
            SeriesPackages.Json);
        context.Progress.Report(new WorkProgress(Name, 1, 1, "parts"));
    }

    /// <inheritdoc/>
    public override StageEstimate Estimate(Calibration calibration)
    {
        var site = Costs.Site(Site, calibration);
        return SeriesCosts.Estimate(Costs.Served(Shape, Blend, site, (double)site.Splits.Choice.Count / Anomaly.Stride, Anomaly.Stride, calibration), 0.2);
    }
}
