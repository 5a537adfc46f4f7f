using System.Text.RegularExpressions;
using Pangu.Core;

namespace Pangu.Formats;

/// <summary>
/// One line of a name table: a foreign tensor is one slot, or several joined along their outermost axis; where <paramref name="Transposed"/> its two axes are stored the other way round, where
/// <paramref name="ForeignShape"/> says so it has another shape (the elements and their order are the same).
/// </summary>
/// <param name="Foreign">Name in the foreign file.</param>
/// <param name="Slots">Canonical names, in the order in which the foreign tensor holds them.</param>
/// <param name="ForeignShape">Shape in the foreign file; null when it follows from the slots.</param>
/// <param name="Transposed">Whether the foreign tensor is [in, out].</param>
internal sealed record NameRule(string Foreign, IReadOnlyList<string> Slots, IReadOnlyList<long>? ForeignShape = null, bool Transposed = false)
{
    public NameRule(string foreign, string slot, IReadOnlyList<long>? foreignShape = null, bool transposed = false)
        : this(foreign, [slot], foreignShape, transposed)
    {
    }

    /// <summary>Other names that published files use for the same tensor.</summary>
    public IReadOnlyList<string> OtherNames { get; init; } = [];
}

/// <summary>A two-way table between the tensors of a foreign architecture and the slots of its config.</summary>
/// <param name="Rules">One line a foreign tensor.</param>
/// <param name="Ignored">Foreign tensors that a checkpoint may hold beside its weights, such as counters; left out without a word.</param>
internal sealed record NameTable(IReadOnlyList<NameRule> Rules, Regex Ignored)
{
    /// <summary>Foreign tensors that some files repeat under a second name: name of the copy, and what it must equal.</summary>
    public IReadOnlyDictionary<string, string> Copies { get; init; } = new Dictionary<string, string>();

    /// <summary>The same table with the names that a file really uses.</summary>
    /// <param name="names">Names in the file.</param>
    public NameTable For(IReadOnlyCollection<string> names) => this with
    {
        Rules = [.. Rules.Select(rule => names.Contains(rule.Foreign) ? rule : rule with { Foreign = rule.OtherNames.FirstOrDefault(names.Contains) ?? rule.Foreign })],
    };

    /// <summary>Foreign tensors as weights by slot; copied only where they are split or transposed.</summary>
    /// <exception cref="PanguException">A tensor is missing, unexpected or has a wrong shape; all are listed, by their foreign names.</exception>
    public IReadOnlyDictionary<string, TensorData> ToSlots(ModelConfig config, IReadOnlyDictionary<string, TensorData> foreign, string source)
    {
        var slots = config.Slots().ToDictionary(slot => slot.Name, slot => (IReadOnlyList<long>)[.. slot.Shape], StringComparer.Ordinal);
        var problems = new List<Problem>();
        var weights = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        foreach (var rule in Rules)
        {
            var expected = ForeignShape(rule, slots);
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
                Split(rule, tensor, slots, weights);
            }
        }

        problems.AddRange(Unplaced(foreign).Select(problem => new Problem(source, null, problem)));
        if (problems.Count > 0)
        {
            throw new PanguException(ErrorKind.Usage, "hugging-face-weights", $"The tensors of {source} do not fit its config ({problems.Count} problem(s)).", problems);
        }

        WeightCheck.Require(config, weights, source);
        return weights;
    }

    /// <summary>Values by slot (weights or gradients) as foreign tensors; of joined slots, those tensors all of whose slots are there.</summary>
    public IReadOnlyDictionary<string, TensorData> ToForeign(IReadOnlyDictionary<string, TensorData> values)
    {
        var foreign = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        foreach (var rule in Rules.Where(rule => rule.Slots.All(values.ContainsKey)))
        {
            var tensor = TensorRows.Join([.. rule.Slots.Select(slot => values[slot])]);
            tensor = rule.Transposed ? TensorRows.Transpose(tensor) : tensor;
            foreign[rule.Foreign] = rule.ForeignShape is { } shape ? tensor with { Shape = shape } : tensor;
        }

        return foreign;
    }

    /// <summary>Weight and bias of a linear layer or a norm.</summary>
    public static IEnumerable<NameRule> WithBias(string foreign, string slot) => [new($"{foreign}.weight", $"{slot}.weight"), new($"{foreign}.bias", $"{slot}.bias")];

    /// <summary>Weight of a linear layer or a norm, and its bias where it has one.</summary>
    public static IEnumerable<NameRule> Layer(string foreign, string slot, bool bias) => bias ? WithBias(foreign, slot) : [new($"{foreign}.weight", $"{slot}.weight")];

    private static IReadOnlyList<long> ForeignShape(NameRule rule, Dictionary<string, IReadOnlyList<long>> slots)
    {
        if (rule.ForeignShape is { } shape)
        {
            return shape;
        }

        long[] joined = [rule.Slots.Sum(slot => slots[slot][0]), .. slots[rule.Slots[0]].Skip(1)];
        return rule.Transposed ? [.. joined.Reverse()] : joined;
    }

    private static void Split(NameRule rule, TensorData tensor, Dictionary<string, IReadOnlyList<long>> slots, Dictionary<string, TensorData> weights)
    {
        if (rule.Slots is [var only] && !rule.Transposed)
        {
            weights[only] = tensor with { Shape = slots[only] };
            return;
        }

        var rows = rule.Transposed ? TensorRows.Transpose(tensor) : tensor;
        var start = 0L;
        foreach (var slot in rule.Slots)
        {
            weights[slot] = TensorRows.Slice(rows, start, slots[slot][0]);
            start += slots[slot][0];
        }
    }

    private IEnumerable<string> Unplaced(IReadOnlyDictionary<string, TensorData> foreign)
    {
        var known = Rules.Select(rule => rule.Foreign).ToHashSet(StringComparer.Ordinal);
        foreach (var name in foreign.Keys.Where(name => !known.Contains(name) && !Ignored.IsMatch(name)).Order(StringComparer.Ordinal))
        {
            if (!Copies.TryGetValue(name, out var original))
            {
                yield return $"tensor {name} is unexpected: the config has no place for it";
            }
            else if (foreign.TryGetValue(original, out var tensor) && !(tensor.Type == foreign[name].Type && tensor.Bytes.Span.SequenceEqual(foreign[name].Bytes.Span)))
            {
                yield return $"tensor {name} differs from {original}, though the config says that they are one";
            }
        }
    }
}
