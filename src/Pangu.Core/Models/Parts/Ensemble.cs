namespace Pangu.Core;

/// <summary>
/// Transformers of one width beside each other, between one embedder and one head. In use their outputs are averaged. In training each learns from windows of its own: the windows of a batch are
/// shared out among the members, so that a step costs what it costs one network of as many windows.
/// </summary>
/// <remarks>Networks that differ err differently, and the mean of them errs less than each (Hansen and Salamon 1990; Lakshminarayanan et al. 2017).</remarks>
/// <param name="Members">Two or more.</param>
public sealed record Ensemble(IReadOnlyList<Backbone> Members) : Body
{
    /// <summary>What the names of a member's weights and intermediate values begin with.</summary>
    /// <param name="member">Its index.</param>
    /// <returns><c>members.0.</c> and so on.</returns>
    public static string Prefix(int member) => $"members.{member}.";

    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots() => Members.SelectMany((member, index) => member.Slots().Select(slot => slot with { Name = Prefix(index) + slot.Name }));

    /// <inheritdoc/>
    public override double ForwardFlops(int tokens) => Members.Sum(member => member.ForwardFlops(tokens));

    /// <inheritdoc/>
    public override double TrainingFlops(int tokens) => Members.Average(member => member.TrainingFlops(tokens));

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        if (Members.Count < 2)
        {
            yield return $"body.members has {Members.Count} member(s); an ensemble has at least two";
        }

        for (var index = 0; index < Members.Count; index++)
        {
            foreach (var problem in Members[index].Validate())
            {
                yield return $"body.members[{index}]: {problem}";
            }
        }

        var widths = Members.SelectMany(member => member.Stages.Select(stage => stage.Width)).Distinct().ToArray();
        if (widths.Length > 1)
        {
            yield return $"body.members have widths {string.Join(", ", widths)}; the members of an ensemble have one width";
        }
    }

    /// <inheritdoc/>
    public override T Accept<T>(IBodyVisitor<T> visitor) => visitor.Visit(this);
}
