using Pangu.Core;
using Pangu.Data.Sources;
using Pangu.Modalities.Text;
using Pangu.Workshop.Language.Evaluation;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Language;

/// <summary>Finds what the shape of a language recipe alone does not show.</summary>
internal sealed class LanguageRecipeCheck(LanguageRecipe recipe, string folder, Catalogue catalogue, AddProblem add)
{
    /// <summary>Adds every problem.</summary>
    public void Run()
    {
        CheckText();
        var vocabulary = Vocabulary();
        Require(recipe.Models.Count > 0, recipe, "models", "models is empty; a recipe makes at least one model");
        foreach (var (name, model) in recipe.Models)
        {
            CheckModel(name, model, vocabulary);
        }

        CheckEvaluation();
    }

    private void CheckText()
    {
        var text = recipe.Data.Text;
        if (recipe.Data.StandIn is { } standIn && !catalogue.Contains(standIn))
        {
            add(recipe.Data, "standIn", $"standIn is \"{standIn}\", which is not in the catalogue; it has {string.Join(", ", catalogue.Ids())}");
        }

        Require(text.Source is null != text.Path is null, text, null, $"text {text.Id} needs source (a catalogue id) or path (a UTF-8 file), and only one of them");
        Require(text.Source is not null || text.File is null, text, "file", $"file is \"{text.File}\", but it names a file of a catalogue entry and there is no source");
        if (text.Source is { } source && !catalogue.Contains(source))
        {
            add(text, "source", $"source is \"{source}\", which is not in the catalogue; it has {string.Join(", ", catalogue.Ids())}. For a file of your own use path");
        }

        if (text.Path is { } path && !File.Exists(Path.Combine(folder, path)))
        {
            add(text, "path", $"path is \"{path}\" but {Path.GetFullPath(Path.Combine(folder, path))} does not exist; give it relative to the recipe");
        }

        var (train, validation) = (text.Splits.Train, text.Splits.Validation);
        Require(train > 0 && validation > 0, text.Splits, null, FormattableString.Invariant($"splits are {train} and {validation}; each must be above 0 (a share up to 1, or characters)"));
        Require((train <= 1 ? train : 0) + (validation <= 1 ? validation : 0) <= 1 + 1e-9, text.Splits, null, FormattableString.Invariant($"the shares {train} and {validation} add up to more than 1"));
        Require((train <= 1 || train == Math.Floor(train)) && (validation <= 1 || validation == Math.Floor(validation)), text.Splits, null, FormattableString.Invariant($"splits are {train} and {validation}; above 1 they are characters, so whole numbers"));
        Require(text.Tokenizer.MostCharacters is null or > 0, text.Tokenizer, "mostCharacters", $"mostCharacters is {text.Tokenizer.MostCharacters}; it must be at least 1");
        Require(text.Tokenizer.Kind == TokenizerKind.Characters || (text.Tokenizer.Unknown is null && text.Tokenizer.MostCharacters is null), text.Tokenizer, null, "a tokenizer of bytes knows every text, so it takes neither unknown nor mostCharacters");
        Require(text.Separator is null or { Length: > 0 }, text, "separator", "separator is an empty text; leave it out for one document");
    }

    /// <summary>Different tokens, as far as they are known before the run.</summary>
    private int? Vocabulary()
    {
        var text = recipe.Data.Text;
        if (text.Tokenizer.Kind == TokenizerKind.Bytes)
        {
            return new ByteTokenizer().Vocabulary;
        }

        if (text.Tokenizer.MostCharacters is { } most)
        {
            return most;
        }

        var file = text.Path is { } path ? Path.Combine(folder, path) : null;
        try
        {
            return file is not null && File.Exists(file) ? CharacterTokenizer.Of(TextFile.Read(file, text.LineEnds)).Vocabulary : null;
        }
        catch (PanguException exception)
        {
            add(text, "path", exception.Message);
            return null;
        }
    }

    private void CheckModel(string name, LanguageModelSettings model, int? vocabulary)
    {
        var before = recipe.Models.Keys.TakeWhile(other => other != name).ToList();
        if (model.Parent is { } parent && !before.Contains(parent))
        {
            add(model, "parent", $"parent of {name} is \"{parent}\"; expected a model that stands before it: {(before.Count == 0 ? "there is none" : string.Join(", ", before))}");
            return;
        }

        Require(model.Tier == Tier.Foundation == model.Parent is null, model, "tier", $"{name} has tier {Words.Of(model.Tier)} and {(model.Parent is null ? "no parent" : $"parent {model.Parent}")}; foundation models have none, the others one");
        Require(model.Parent is null != model.Network is null, model, "network", $"{name} needs a network or a parent, and only one of them");
        Require(model.Capability == Capability.Generate, model, "capability", $"{name} has capability {Words.Of(model.Capability)}; expected generate");
        var sound = model.Network is null || CheckNetwork(model.Network, vocabulary);
        CheckTraining(model.Training, NetworkOf(model), model.Parent is not null);
        CheckGate(model.Gate);
        if (model.Budget is { } budget && sound && NetworkOf(model) is { } network)
        {
            Require(budget.Parameters > 0 && budget.Characters > 0, budget, null, FormattableString.Invariant($"the budget is {budget.Parameters} parameters and {budget.Characters} characters; both must be above 0"));
            foreach (var (key, message) in LanguageBudget.Problems(name, budget, network, model.Training, vocabulary))
            {
                add(budget, key, message);
            }
        }
    }

    private LanguageNetworkSettings? NetworkOf(LanguageModelSettings model) =>
        model.Network ?? (model.Parent is { } parent && recipe.Models.TryGetValue(parent, out var above) ? NetworkOf(above) : null);

    private bool CheckNetwork(LanguageNetworkSettings network, int? vocabulary)
    {
        Require(network.Context >= 2, network, "context", $"context is {network.Context}; it must be at least 2 tokens");
        Require(network.Window is null || (network.Window >= 1 && network.Window <= network.Context), network, "window", $"window is {network.Window}; it must lie in 1 .. context, {network.Context}, or be left out for all of the context");
        Require(network.Heads >= 1 && network.Width % Math.Max(1, network.Heads) == 0, network, "width", $"width is {network.Width}; it must be a multiple of heads, {network.Heads}");
        Require(network.Convolution >= 0, network, "convolution", $"convolution is {network.Convolution}; it must be at least 1 token, or 0 for none");
        if (network is not { Context: >= 2, Window: null or >= 1, Heads: >= 1, Convolution: >= 0 } || network.Width % network.Heads != 0)
        {
            return false;
        }

        var problems = LanguageNetworkShape.ToConfig(network, vocabulary ?? 1).Validate();
        foreach (var problem in problems)
        {
            add(network, null, problem);
        }

        return problems.Count == 0;
    }

    private void CheckTraining(LanguageTrainingSettings training, LanguageNetworkSettings? network, bool hasParent)
    {
        var context = network?.Context;
        if (training.ShortWindows is { } first)
        {
            Require(first.Length >= 1 && (context is null || first.Length < context) && first.Steps >= 1 && first.Steps < training.Steps, first, null, $"shortWindows has length {first.Length} and steps {first.Steps}; length must lie below context, {context}, and steps below steps, {training.Steps}, so that the network learns to look as far as it is judged");
        }

        foreach (var problem in training.Problems(hasParent))
        {
            add(training, null, problem);
        }

        Require(training.Batch >= 1, training, "batch", $"batch is {training.Batch}; it must be at least 1");
        Require(training.LogitScale > 0 && double.IsFinite(training.LogitScale), training, "logitScale", FormattableString.Invariant($"logitScale is {training.LogitScale}; it must be above 0"));
        Require(training.LogitScale == 1 || network?.Tied != true, training, "logitScale", FormattableString.Invariant($"logitScale is {training.LogitScale}, but the projection to logits is the table of tokens; a network whose logits are scaled needs tied: false"));
        Require(training.Patience == 0, training, "patience", $"patience is {training.Patience}, but the validation part is what the gate judges on, so nothing is chosen by it; leave patience out");
        Require(training.Dropout is >= 0 and < 1, training, "dropout", FormattableString.Invariant($"dropout is {training.Dropout}; it must be at least 0 and below 1"));
    }

    private void CheckGate(LanguageGateSettings? gate)
    {
        if (gate is not null)
        {
            Require(gate.Margin is > -1 and < 1, gate, "margin", FormattableString.Invariant($"margin is {gate.Margin}; it is a share, for example 0.05 for 5 % below the best baseline"));
            Require(gate.ServedTolerance > 0, gate, "servedTolerance", FormattableString.Invariant($"servedTolerance is {gate.ServedTolerance}; it must be above 0"));
            Require(gate.GreedyTokens >= 1, gate, "greedyTokens", $"greedyTokens is {gate.GreedyTokens}; it must be at least 1");
            Require(recipe.Evaluation.Baselines.Count > 0, recipe.Evaluation, "baselines", "baselines is empty, but a model is gated on being better than the best of them");
        }
    }

    private void CheckEvaluation()
    {
        var evaluation = recipe.Evaluation;
        foreach (var unknown in evaluation.Baselines.Except(TextBaselines.Names))
        {
            add(evaluation, "baselines", $"baselines has \"{unknown}\"; expected {string.Join(", ", TextBaselines.Names)}");
        }

        Require(evaluation.Temperatures.All(temperature => temperature >= 0), evaluation, "temperatures", "a temperature is below 0; expected 0 (the likeliest each time) or more");
        Require(evaluation.SampleTokens >= 1, evaluation, "sampleTokens", $"sampleTokens is {evaluation.SampleTokens}; it must be at least 1");
        Require(evaluation.Prompt is null or { Length: > 0 }, evaluation, "prompt", "prompt is an empty text; leave it out for the first line of the validation part");
    }

    private void Require(bool condition, object settings, string? key, string message)
    {
        if (!condition)
        {
            add(settings, key, message);
        }
    }
}
