using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>What stands between embedder and head. Closed: networks that are no Transformers are named bodies of their own, added here.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Backbone), "backbone")]
[JsonDerivedType(typeof(Ensemble), "ensemble")]
[JsonDerivedType(typeof(NoBody), "none")]
public abstract record Body
{
    private protected Body()
    {
    }

    /// <summary>Its weights.</summary>
    /// <returns>The slots.</returns>
    public abstract IEnumerable<Slot> Slots();

    /// <summary>FLOPs of a forward pass over one sequence.</summary>
    /// <param name="tokens">Tokens that go in.</param>
    /// <returns>FLOPs.</returns>
    public abstract double ForwardFlops(int tokens);

    /// <summary>FLOPs of the forward pass that one sequence takes in training; the backward pass costs about twice as much.</summary>
    /// <param name="tokens">Tokens that go in.</param>
    /// <returns>FLOPs.</returns>
    public virtual double TrainingFlops(int tokens) => ForwardFlops(tokens);

    /// <summary>Problems of these settings.</summary>
    /// <returns>Messages that name the property.</returns>
    public abstract IEnumerable<string> Validate();

    /// <summary>Visits the case.</summary>
    /// <typeparam name="T">What the visitor makes.</typeparam>
    /// <param name="visitor">The visitor.</param>
    /// <returns>What the visitor made.</returns>
    public abstract T Accept<T>(IBodyVisitor<T> visitor);
}

/// <summary>One method a kind of body; a missing one is a compile error in both engines.</summary>
/// <typeparam name="T">What is made.</typeparam>
public interface IBodyVisitor<out T>
{
    /// <summary>A Transformer.</summary>
    /// <param name="backbone">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(Backbone backbone);

    /// <summary>Several Transformers.</summary>
    /// <param name="ensemble">Its settings.</param>
    /// <returns>What is made.</returns>
    T Visit(Ensemble ensemble);

    /// <summary>Nothing between embedder and head.</summary>
    /// <param name="none">The empty body.</param>
    /// <returns>What is made.</returns>
    T Visit(NoBody none);
}

/// <summary>No body: the head works on what the embedder gives (linear models).</summary>
public sealed record NoBody : Body
{
    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots() => [];

    /// <inheritdoc/>
    public override double ForwardFlops(int tokens) => 0;

    /// <inheritdoc/>
    public override IEnumerable<string> Validate() => [];

    /// <inheritdoc/>
    public override T Accept<T>(IBodyVisitor<T> visitor) => visitor.Visit(this);
}

/// <summary>The body of every Transformer: stages of blocks of branches.</summary>
/// <param name="Stages">In order.</param>
/// <param name="Final">Norm after the last stage; null for none.</param>
public sealed record Backbone(IReadOnlyList<Blocks> Stages, Norm? Final = null) : Body
{
    /// <inheritdoc/>
    public override IEnumerable<Slot> Slots()
    {
        for (var stage = 0; stage < Stages.Count; stage++)
        {
            var blocks = Stages[stage];
            for (var index = 0; index < blocks.Count; index++)
            {
                var branches = blocks.Cycle[index % blocks.Cycle.Count].Branches;
                for (var branch = 0; branch < branches.Count; branch++)
                {
                    foreach (var slot in branches[branch].Slots($"stages.{stage}.blocks.{index}.branches.{branch}", blocks.Width))
                    {
                        yield return Damped(slot);
                    }
                }
            }

            foreach (var slot in blocks.Final?.Slots($"stages.{stage}.final", blocks.Width) ?? [])
            {
                yield return slot;
            }
        }

        if (Final is not null)
        {
            foreach (var slot in Final.Slots("final", Stages[^1].Width))
            {
                yield return slot;
            }
        }
    }

    /// <summary>What adds to the stream starts smaller by the root of the number of branches (Radford et al. 2019), so that the sum keeps its size.</summary>
    private Slot Damped(Slot slot)
    {
        var branches = Stages.Sum(stage => stage.Count * stage.Cycle[0].Branches.Count);
        var last = slot.Name.Contains(".shortcuts.", StringComparison.Ordinal) ? ".up.weight" : ".down.weight";
        return slot.Initial is Initial.Normal normal && (slot.Name.EndsWith(".output.weight", StringComparison.Ordinal) || slot.Name.EndsWith(last, StringComparison.Ordinal))
            ? slot with { Initial = new Initial.Normal(normal.Deviation / Math.Sqrt(branches)) }
            : slot;
    }

    /// <inheritdoc/>
    public override double ForwardFlops(int tokens) =>
        Stages.Sum(stage => Enumerable.Range(0, stage.Count)
            .Sum(index => stage.Cycle[index % stage.Cycle.Count].Branches.Sum(branch => branch.ForwardFlops(stage.Width, tokens))));

    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        if (Stages.Count == 0)
        {
            yield return "body.stages is empty; a backbone has at least one stage";
        }

        for (var stage = 0; stage < Stages.Count; stage++)
        {
            var blocks = Stages[stage];
            if (blocks.Width < 1 || blocks.Count < 1 || blocks.Cycle.Count < 1)
            {
                yield return $"body.stages[{stage}] has width {blocks.Width}, count {blocks.Count} and a cycle of {blocks.Cycle.Count}; each must be at least 1";
                continue;
            }

            for (var index = 0; index < blocks.Cycle.Count; index++)
            {
                var branches = blocks.Cycle[index].Branches;
                for (var branch = 0; branch < branches.Count; branch++)
                {
                    foreach (var problem in branches[branch].Validate($"body.stages[{stage}].cycle[{index}].branches[{branch}]", blocks.Width))
                    {
                        yield return problem;
                    }

                    if (branches[branch].WeightsOf is { } other && (other < 0 || other >= branch))
                    {
                        yield return $"body.stages[{stage}].cycle[{index}].branches[{branch}].weightsOf is {other}; it must name an earlier branch of the block";
                    }
                }
            }
        }
    }

    /// <inheritdoc/>
    public override T Accept<T>(IBodyVisitor<T> visitor) => visitor.Visit(this);
}
