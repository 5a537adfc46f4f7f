using System.Text.Json.Nodes;
using Pangu.Core;
using Pangu.Evaluation.Gates;
using Pangu.Evaluation.Language;
using Pangu.Evaluation.Language.Gates;
using Pangu.Inference;
using Pangu.Models;
using Pangu.Tensors;
using Pangu.Workshop.Gates;
using Pangu.Workshop.Language.Models;
using Pangu.Workshop.Language.Texts;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Reports;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Language.Evaluation;

/// <summary>Judges the served, torch-free artefact of a language model on the whole validation part, beside baselines, applies the gate, and lets it write samples.</summary>
internal sealed class EvaluateLanguageStage : Stage
{
    private const int ShortestPrompt = 6; // Shorter lines say nothing of what should follow.

    /// <summary>Name of the model within the recipe.</summary>
    public required string Model { get; init; }

    /// <summary>Stage whose output holds the package and what training computed.</summary>
    public required TrainLanguageStage Package { get; init; }

    /// <summary>The text.</summary>
    public required LoadTextStage Text { get; init; }

    /// <summary>Stage that ran the baselines.</summary>
    public required Stage Baselines { get; init; }

    /// <summary>Samples.</summary>
    public required LanguageEvaluationSettings Evaluation { get; init; }

    /// <summary>The bars; null where the model is only reported.</summary>
    public required LanguageGateSettings? Gate { get; init; }

    /// <summary>What pieces of the recipe's work cost, for the plan.</summary>
    public required LanguageCosts Costs { get; init; }

    /// <inheritdoc/>
    public override string Kind => "evaluate-language";

    /// <inheritdoc/>
    public override int Revision => 1;

    /// <inheritdoc/>
    public override JsonNode Settings => Canonical(new { Model, Gate, Package.Network.Context, Evaluation.Temperatures, Evaluation.SampleTokens, Evaluation.Prompt });

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Inputs => [Package, Text, Baselines];

    private int Context => Package.Network.Context;

    /// <inheritdoc/>
    public override void Execute(StageContext context)
    {
        var data = TextData.Read(context.Input(Text));
        using var served = TextGenerator.Load(Path.Combine(context.Input(Package), "package"), context.Threads);
        var report = new NatsTask { Part = data.Validation, Block = Context, Work = Name }.Evaluate(new GeneratorScorer(served), context.Progress, context.Cancellation);
        var metrics = TextFigures.Of(data, report);
        var baselines = BaselineFile.Read(Path.Combine(context.Input(Baselines), "baselines.json"));
        var nats = baselines.ToDictionary(baseline => baseline.Key, baseline => baseline.Value[TextFigures.Key(data.Facts, "nats")]);
        ModelEvaluation.Write(context.OutputFile("evaluation.json"), new Dictionary<string, ModelEvaluation>
        {
            [Model] = new()
            {
                Metrics = metrics,
                Baselines = baselines,
                Checks = Gate is null ? [] : Checks(served, data, metrics[TextFigures.Key(data.Facts, "nats")], nats, context),
            },
        });
        Figure.Write(context.OutputFile("figures.json"), [TextFigures.ByPosition(Model, data, report, nats), Samples(served, data, context)]);
        context.Progress.Report(new WorkProgress(Name, 1, 1, "models"));
    }

    /// <inheritdoc/>
    public override StageEstimate Estimate(Calibration calibration)
    {
        var sketch = Costs.Sketch(Text, calibration);
        var folder = Path.Combine(calibration.Scratch, "package");
        Libtorch.Load(calibration.Threads);
        using (var model = TorchModel.Create(LanguageNetworkShape.ToConfig(Package.Network, sketch.Data.Facts.Vocabulary), calibration.Seeds))
        {
            LanguagePackages.Write(folder, model.Config, model.Export(), sketch.Data.Tokenizer, Context);
        }

        using var served = TextGenerator.Load(folder, calibration.Threads);
        var scorer = new GeneratorScorer(served);
        var block = sketch.Data.Validation.Blocks(Context).First();
        var score = PieceCosts.Seconds(() => scorer.Score(sketch.Data.Validation, block, new float[block.Count], calibration.Cancellation));
        var tokens = (Gate?.GreedyTokens ?? 0) + (Evaluation.Temperatures.Count * Evaluation.SampleTokens);
        return PieceCosts.Estimate((score * sketch.ValidationTokens / block.Count) + (score * tokens / block.Count), 0.3);
    }

    private List<GateCheck> Checks(TextGenerator served, TextData data, double nats, IReadOnlyDictionary<string, double> baselines, StageContext context)
    {
        var kept = ServedCheck.Read(Path.Combine(context.Input(Package), ServedCheck.FileName));
        var logits = ServedCheck.Windows(data.Validation, Context).SelectMany(window => served.Logits(window)).ToArray();
        var greedy = ServedCheck.Continuations(data.Validation, Context, served.Traits.MaxTokens, Package.GreedyTokens)
            .SelectMany(each => Continue(served, each.Prompt, each.Count, context.Cancellation)).ToArray();
        return
        [
            QualityGates.BeatsBestBaseline(new GateFigure("nats per character", nats, "whole validation part"), baselines, Gate!.Margin),
            QualityGates.ServedEqualsTraining(kept.Logits, logits, Gate.ServedTolerance, "logits"),
            LanguageGates.SameTokens(kept.Greedy, greedy),
            .. Package.Budget is { } budget ? Budgeted(budget, data) : [],
        ];
    }

    private IEnumerable<GateCheck> Budgeted(BudgetSettings budget, TextData data)
    {
        var parameters = LanguageNetworkShape.CountedParameters(LanguageNetworkShape.ToConfig(Package.Network, data.Facts.Vocabulary));
        yield return LanguageGates.Within("parameters-in-budget", parameters, budget.Parameters, "parameters, tables of positions not counted");
        yield return LanguageGates.Within("characters-in-budget", Package.Training.TokensSeen(Context), budget.Characters, "characters seen in training, each as often as it was seen");
    }

    private static IEnumerable<int> Continue(TextGenerator served, ReadOnlyMemory<int> prompt, int count, CancellationToken cancellation) =>
        served.Generate(new TextRequest { PromptIds = prompt.ToArray(), MaxTokens = count, Sampling = new SamplingOptions { Temperature = 0 }, StopIds = [] }, cancellation).SelectMany(piece => piece.Ids);

    private Figure Samples(TextGenerator served, TextData data, StageContext context)
    {
        var prompt = Prompt(data);
        var most = served.Traits.MaxTokens is { } limit ? Math.Clamp(limit - data.Tokenizer.Encode(prompt).Length, 1, Evaluation.SampleTokens) : Evaluation.SampleTokens;
        var texts = Evaluation.Temperatures.Select(temperature =>
        {
            var request = new TextRequest { Prompt = prompt, MaxTokens = most, StopIds = [], Sampling = new SamplingOptions { Temperature = temperature, Seed = context.Seeds.SeedFor("samples") } };
            var text = string.Concat(served.Generate(request, context.Cancellation).Select(piece => piece.Text));
            return new SampleText(FormattableString.Invariant($"Temperature {temperature:0.##}{(temperature == 0 ? ": the likeliest each time" : string.Empty)}"), prompt + text);
        });
        return Figure.OfTexts($"{Model} on {data.Facts.Id}", "Samples", "What the served model writes after the same beginning; the higher the temperature, the more often less likely characters are taken.", [.. texts]);
    }

    /// <summary>The recipe's, or the first line of the validation part that is more than a word, cut at a quarter of the context.</summary>
    private string Prompt(TextData data)
    {
        if (Evaluation.Prompt is { } prompt)
        {
            return prompt;
        }

        var text = data.Tokenizer.Decode(data.Validation.Text.Ids.AsSpan(data.Validation.Start, Math.Min(data.Validation.Count, 4 * Context)));
        var line = text.Split('\n').FirstOrDefault(line => line.Trim().Length >= ShortestPrompt) ?? text;
        var ids = data.Tokenizer.Encode(line.TrimEnd('\r', '\uFFFD').TrimStart('\uFFFD'));
        return data.Tokenizer.Decode(ids.AsSpan(0, Math.Min(ids.Length, Math.Max(1, Context / 4)))).TrimEnd('\uFFFD');
    }
}
