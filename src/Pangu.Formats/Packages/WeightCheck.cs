using Pangu.Core;

namespace Pangu.Formats;

/// <summary>Compares weights with the slots of a config: everything that is missing, unexpected or of a wrong shape or type, at once.</summary>
public static class WeightCheck
{
    /// <summary>Every difference.</summary>
    /// <param name="config">The model.</param>
    /// <param name="weights">Tensors by slot name.</param>
    /// <param name="source">The file, for error messages.</param>
    /// <returns>The problems; empty when the weights are those of the config.</returns>
    public static IReadOnlyList<Problem> Problems(ModelConfig config, IReadOnlyDictionary<string, TensorData> weights, string source)
    {
        var problems = new List<Problem>();
        var slots = config.Slots();
        foreach (var slot in slots)
        {
            var shape = slot.Shape.Select(size => (long)size).ToArray();
            if (!weights.TryGetValue(slot.Name, out var tensor))
            {
                problems.Add(new Problem(source, null, $"weight {slot.Name} [{string.Join(", ", shape)}] is missing"));
            }
            else if (!tensor.Shape.SequenceEqual(shape))
            {
                problems.Add(new Problem(source, null, $"weight {slot.Name} has shape [{string.Join(", ", tensor.Shape)}], expected [{string.Join(", ", shape)}]"));
            }
            else if (tensor.Type is not (ElementType.F32 or ElementType.F16 or ElementType.BF16 or ElementType.F64))
            {
                problems.Add(new Problem(source, null, $"weight {slot.Name} has type {tensor.Type}, expected F32, F16, BF16 or F64"));
            }
        }

        var known = slots.Select(slot => slot.Name).ToHashSet(StringComparer.Ordinal);
        problems.AddRange(weights.Keys.Where(name => !known.Contains(name)).Order(StringComparer.Ordinal).Select(name => new Problem(source, null, $"weight {name} is unexpected: the config has no such slot")));
        return problems;
    }

    /// <summary>Throws when there is a difference.</summary>
    /// <param name="config">The model.</param>
    /// <param name="weights">Tensors by slot name.</param>
    /// <param name="source">The file, for error messages.</param>
    /// <exception cref="PanguException">The weights are not those of the config; all problems are listed.</exception>
    public static void Require(ModelConfig config, IReadOnlyDictionary<string, TensorData> weights, string source)
    {
        var problems = Problems(config, weights, source);
        if (problems.Count > 0)
        {
            throw new PanguException(ErrorKind.Usage, "weights", $"The weights of {source} do not fit its config ({problems.Count} problems).", problems);
        }
    }
}
