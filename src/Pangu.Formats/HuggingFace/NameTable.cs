using System.Text.RegularExpressions;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>One line of a name table: a foreign tensor is a slot, in another shape where <paramref name="ForeignShape"/> says so (the elements and their order are the same).</summary>
/// <param name="Foreign">Name in the foreign file.</param>
/// <param name="Slot">Canonical name.</param>
/// <param name="ForeignShape">Shape in the foreign file; null when it is the slot's.</param>
internal sealed record NameRule(string Foreign, string Slot, IReadOnlyList<long>? ForeignShape = null);

/// <summary>A two-way table between the tensors of a foreign architecture and the slots of its config.</summary>
/// <param name="Rules">One line a slot.</param>
/// <param name="Ignored">Foreign tensors that a checkpoint may hold beside its weights, such as counters; left out without a word.</param>
internal sealed record NameTable(IReadOnlyList<NameRule> Rules, Regex Ignored)
{
    /// <summary>Foreign tensors as weights by slot; no copy.</summary>
    /// <exception cref="PanguException">A tensor is missing, unexpected or has a wrong shape; all are listed, by their foreign names.</exception>
    public IReadOnlyDictionary<string, TensorData> ToSlots(ModelConfig config, IReadOnlyDictionary<string, TensorData> foreign, string source)
    {
        var slots = config.Slots().ToDictionary(slot => slot.Name, StringComparer.Ordinal);
        var problems = new List<Problem>();
        var weights = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        foreach (var rule in Rules)
        {
            long[] slotShape = [.. slots[rule.Slot].Shape];
            var expected = rule.ForeignShape ?? slotShape;
            if (!foreign.TryGetValue(rule.Foreign, out var tensor))
            {
                problems.Add(new Problem(source, null, $"tensor {rule.Foreign} [{string.Join(", ", expected)}] is missing"));
            }
            else if (!tensor.Shape.SequenceEqual(expected))
            {
                problems.Add(new Problem(source, null, $"tensor {rule.Foreign} has shape [{string.Join(", ", tensor.Shape)}], expected [{string.Join(", ", expected)}]"));
            }
            else
            {
                weights[rule.Slot] = tensor with { Shape = slotShape };
            }
        }

        var known = Rules.Select(rule => rule.Foreign).ToHashSet(StringComparer.Ordinal);
        problems.AddRange(foreign.Keys.Where(name => !known.Contains(name) && !Ignored.IsMatch(name)).Order(StringComparer.Ordinal)
            .Select(name => new Problem(source, null, $"tensor {name} is unexpected: the config has no place for it")));
        if (problems.Count > 0)
        {
            throw new PanguException(ErrorKind.Usage, "hugging-face-weights", $"The tensors of {source} do not fit its config ({problems.Count} problem(s)).", problems);
        }

        WeightCheck.Require(config, weights, source);
        return weights;
    }

    /// <summary>Weights by slot as foreign tensors; no copy.</summary>
    public IReadOnlyDictionary<string, TensorData> ToForeign(IReadOnlyDictionary<string, TensorData> weights) => Rules.ToDictionary(
        rule => rule.Foreign,
        rule => rule.ForeignShape is { } shape ? weights[rule.Slot] with { Shape = shape } : weights[rule.Slot],
        StringComparer.Ordinal);

    /// <summary>Weight and bias of a linear layer or a norm.</summary>
    public static IEnumerable<NameRule> WithBias(string foreign, string slot) => [new($"{foreign}.weight", $"{slot}.weight"), new($"{foreign}.bias", $"{slot}.bias")];

    /// <summary>Weight of a linear layer or a norm, and its bias where it has one.</summary>
    public static IEnumerable<NameRule> Layer(string foreign, string slot, bool bias) => bias ? WithBias(foreign, slot) : [new($"{foreign}.weight", $"{slot}.weight")];
}
