using System.Text.Json.Nodes;
using Pangu.Core;
using Pangu.Data;
using Pangu.Evaluation.Language;
using Pangu.Models;
using Pangu.Tensors;
using Pangu.Training;
using Pangu.Workshop.Language.Evaluation;
using Pangu.Workshop.Language.Texts;
using Pangu.Workshop.Learning;
using Pangu.Workshop.Plans;
using Pangu.Workshop.Recipes;
using Pangu.Workshop.Reports;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Language.Models;

/// <summary>Trains a language network: from nothing, or from a parent's weights. Its output holds the package, what training computes on held-out windows, and the loss curve.</summary>
internal sealed class TrainLanguageStage : Stage, ITrainingStage
{
    private static readonly LearningFigure s_figure = new("training loss", "loss on the validation part") { Label = "nats per token", Second = TextFigures.Bits };

    /// <summary>Name of the model within the recipe.</summary>
    public required string Model { get; init; }

    /// <summary>Stage whose output holds the parent's package; null for a network from nothing.</summary>
    public required Stage? Parent { get; init; }

    /// <summary>Shape of the network, the parent's where there is one.</summary>
    public required LanguageNetworkSettings Network { get; init; }

    /// <summary>How it learns.</summary>
    public required LanguageTrainingSettings Training { get; init; }

    /// <summary>What the body computes in while it trains.</summary>
    public required Precision Precision { get; init; }

    /// <summary>What it may take at most; null where it is free.</summary>
    public required BudgetSettings? Budget { get; init; }

    /// <summary>Tokens that both engines must choose alike.</summary>
    public required int GreedyTokens { get; init; }

    /// <summary>The text.</summary>
    public required LoadTextStage Text { get; init; }

    /// <summary>What pieces of the recipe's work cost, for the plan.</summary>
    public required LanguageCosts Costs { get; init; }

    /// <inheritdoc/>
    public override string Kind => "train-language";

    /// <inheritdoc/>
    public override int Revision => 1;

    /// <inheritdoc/>
    public override bool UsesLibtorch => true;

    /// <inheritdoc/>
    public override JsonNode Settings => Canonical(new { Network, Training, Precision, Budget, GreedyTokens });

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Inputs => Parent is null ? [Text] : [Text, Parent];

    /// <inheritdoc/>
    public override void Execute(StageContext context)
    {
        Libtorch.Load(context.Threads);
        var data = TextData.Read(context.Input(Text));
        HoldToBudget(data.Facts.Vocabulary);
        using var model = NetworkTraining.Open(context, Parent, () => LanguageNetworkShape.ToConfig(Network, data.Facts.Vocabulary), LanguagePackages.Json, Training.InitialOf);
        var network = new TokenNetwork(model);
        var objective = Objective(network, data.Train, context.Seeds);
        var judge = new NetworkText(network);
        var scorer = new NetworkScorer(judge);
        var validation = new NatsTask { Part = data.Validation, Block = Network.Context };
        var result = new NetworkTraining
        {
            Stage = this,
            Settings = Training,
            Model = model,
            Objective = objective,
            Validate = Training.ValidateEvery is null ? null : cancellation => validation.Evaluate(scorer, cancellationToken: cancellation).Nats,
        }.Run(context);
        if (Training.LogitScale != 1)
        {
            network.ScaleLogits(Training.LogitScale);
        }

        LanguagePackages.Write(context.OutputFile("package"), model.Config, model.Export(), data.Tokenizer, Network.Context);
        Check(judge, data.Validation).Write(context.OutputFile(ServedCheck.FileName));
        Figure.Write(context.OutputFile("figures.json"), [s_figure.Of(Model, result)]);
    }

    /// <inheritdoc/>
    public TrainingLoad LoadOf(Calibration calibration) => new(
        LanguageNetworkShape.ToConfig(Network, Costs.Sketch(Text, calibration).Data.Facts.Vocabulary), Training.Batch, Network.Context, Training.ToOptions().Optimizer) { MicroBatches = Training.MicroBatches };

    /// <inheritdoc/>
    public override StageEstimate Estimate(Calibration calibration)
    {
        Libtorch.Load(calibration.Threads);
        var sketch = Costs.Sketch(Text, calibration);
        using var model = TorchModel.Create(LanguageNetworkShape.ToConfig(Network, sketch.Data.Facts.Vocabulary), calibration.Seeds);
        var network = new TokenNetwork(model);
        var objective = Objective(network, sketch.Data.Train, calibration.Seeds);
        var seconds = new NetworkTraining { Stage = this, Settings = Training, Model = model, Objective = objective }.EstimateSeconds(calibration)
            * Training.TokensSeen(Network.Context) / Training.TokensOfFirstSteps(Network.Context); // The first steps are tried out; those with longer windows take longer.
        var judge = new NetworkText(network);
        var scorer = new NetworkScorer(judge);
        double Score(int length)
        {
            var block = sketch.Data.Validation.Blocks(length).First();
            return PieceCosts.Seconds(() => scorer.Score(sketch.Data.Validation, block, new float[block.Count], calibration.Cancellation));
        }

        // The windows of the served check and the validations; their memory shows in the plan as well.
        var score = Score(Network.Context);

        // Every token that is added has its whole prompt, half a context, computed anew.
        var greedy = GreedyTokens * Score(Math.Max(1, (Network.Context + GreedyTokens) / 2));
        var validations = Training.ValidateEvery is { } every ? 1 + (Training.Steps / every) : 0;
        return PieceCosts.Estimate(seconds + greedy + (score * (ServedCheck.MostWindows + (validations * sketch.ValidationTokens / Network.Context))), 0.15);
    }

    private NextTokenObjective Objective(TokenNetwork network, TokenPart train, Seeds seeds)
    {
        var windows = new SampledText(train, new TokenBatchShape(Training.Batch, Network.Context), new TextSampling(Training.Order, Training.MicroBatches) { Draws = Training.Steps, Short = Training.ShortWindows is { } first ? new ShortWindows(first.Length, first.Steps) : null }, seeds);
        return new NextTokenObjective(network, windows, new NextTokenOptions
        {
            Dropout = Training.Dropout,
            Precision = Precision == Precision.BFloat16 ? TrainingPrecision.BFloat16 : TrainingPrecision.Single,
        }, seeds, Training.MicroBatches);
    }

    private ServedCheck Check(NetworkText judge, TokenPart validation) => new(
        [.. ServedCheck.Windows(validation, Network.Context).SelectMany(window => judge.Logits(window.Span))],
        [.. ServedCheck.Continuations(validation, Network.Context, Network.PositionTable ? Network.Context : null, GreedyTokens).SelectMany(each => judge.Greedy(each.Prompt.Span, each.Count))]);

    private void HoldToBudget(int vocabulary)
    {
        if (Budget is null)
        {
            return;
        }

        var problems = LanguageBudget.Problems(Model, Budget, Network, Training, vocabulary).ToList();
        if (problems.Count > 0)
        {
            throw new PanguException(ErrorKind.Usage, "budget", string.Join(" ", problems.Select(problem => $"{problem.Message}.")), [.. problems.Select(problem => new Problem(null, null, problem.Message))]);
        }
    }
}
