using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>A mixture of experts, and one that every token passes. Legend: <c>M</c> rows, <c>D</c> width, <c>X</c> experts.</summary>
/// <remarks>The rows of an expert are gathered, go through its network together and are added to their tokens with their weights; experts in order, so that a sum does not depend on how rows were grouped.</remarks>
internal sealed class ExpertsStep : IPartStep
{
    private readonly PackedLinear _router;
    private readonly ChoiceStep _choice;
    private readonly DenseStep[] _experts;
    private readonly DenseStep? _shared;
    private readonly string _logitsName;

    /// <summary>Compiles the part.</summary>
    /// <param name="experts">Its settings.</param>
    /// <param name="name">Name of the branch that holds its weights.</param>
    /// <param name="logitsName">Name by which the router's logits are shown.</param>
    /// <param name="factor">Factor of its result.</param>
    /// <param name="weights">All weights.</param>
    internal ExpertsStep(Experts experts, string name, string logitsName, double factor, WeightStore weights)
    {
        _router = weights.Linear($"{name}.router");
        _choice = experts.Router.Accept(new ChoiceCompiler($"{name}.router", weights));
        _experts = [.. Enumerable.Range(0, experts.Count).Select(expert => new DenseStep(experts.Expert, $"{name}.experts.{expert}", factor, weights))];
        _shared = experts.Shared is { } shared ? new DenseStep(shared, $"{name}.shared", factor, weights) : null;
        _logitsName = logitsName;
    }

    /// <inheritdoc/>
    public int Wide => Networks.Max(network => network.Wide);

    /// <inheritdoc/>
    public int Narrow => Networks.Max(network => network.Narrow);

    /// <inheritdoc/>
    public bool MixesTokens => false;

    /// <inheritdoc/>
    public bool MixesChannels => false;

    private IEnumerable<DenseStep> Networks => _shared is null ? _experts : _experts.Append(_shared);

    /// <inheritdoc/>
    public int ScratchLength(FrameShape shape) => checked((shape.Tokens * shape.Sequences * (_experts.Length + (3 * _router.Inputs))) + Networks.Max(network => network.Scratch));

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<float> input, Span<float> output, bool add, int keepLast, BodyFrame frame)
    {
        var (rows, width) = (frame.Rows, _router.Inputs);
        var scratch = frame.Scratch.AsSpan();
        var weights = Take(ref scratch, rows * _experts.Length);
        var sum = Take(ref scratch, rows * width);
        var gathered = Take(ref scratch, rows * width);
        var answered = Take(ref scratch, rows * width);
        var memory = new DenseMemory(frame.Wide, frame.Narrow, scratch, frame.Sharing);
        _router.Multiply(input, weights, rows);
        frame.Show(_logitsName, weights, _experts.Length);
        _choice.Run(weights, _experts.Length);
        if (_shared is null)
        {
            sum.Clear();
        }
        else
        {
            _shared.Run(input, sum, add: false, rows, memory);
        }

        for (var expert = 0; expert < _experts.Length; expert++)
        {
            var count = 0;
            for (var row = 0; row < rows; row++)
            {
                if (weights[(row * _experts.Length) + expert] != 0)
                {
                    input.Slice(row * width, width).CopyTo(gathered.Slice(count++ * width, width));
                }
            }

            if (count == 0)
            {
                continue;
            }

            _experts[expert].Run(gathered[..(count * width)], answered, add: false, count, memory);
            count = 0;
            for (var row = 0; row < rows; row++)
            {
                var weight = weights[(row * _experts.Length) + expert];
                if (weight != 0)
                {
                    Elementwise.AddScaled(answered.Slice(count++ * width, width), weight, sum.Slice(row * width, width));
                }
            }
        }

        if (add)
        {
            Elementwise.Add(sum, output[..sum.Length]);
        }
        else
        {
            sum.CopyTo(output);
        }
    }

    private static Span<float> Take(ref Span<float> memory, int length)
    {
        var taken = memory[..length];
        memory = memory[length..];
        return taken;
    }

    private sealed class ChoiceCompiler(string name, WeightStore weights) : IRouterVisitor<ChoiceStep>
    {
        public ChoiceStep Visit(TopRouter router) => new(1, router.Active, router.Renormalize, []);

        public ChoiceStep Visit(GroupRouter router) => new(router.Groups, router.ActivePerGroup, false, router.LearnedScale ? weights.Read($"{name}.scale") : []);
    }
}

/// <summary>Turns the logits of a router into weights of experts, 0 for those that are not chosen. Immutable; safe for many callers at once.</summary>
/// <param name="groups">Equal groups of consecutive experts.</param>
/// <param name="active">Experts chosen in each group.</param>
/// <param name="renormalize">Whether the weights of the chosen are made to sum to 1.</param>
/// <param name="scale">Factor of each expert's weight; empty for 1.</param>
internal sealed class ChoiceStep(int groups, int active, bool renormalize, float[] scale)
{
    /// <summary>Chooses.</summary>
    /// <param name="rows">[M, X]: logits, replaced by weights. Of equal ones the first is chosen.</param>
    /// <param name="experts">X.</param>
    internal void Run(Span<float> rows, int experts)
    {
        Softmax.Rows(rows, experts);
        var size = experts / groups;
        for (; rows.Length > 0; rows = rows[experts..])
        {
            var row = rows[..experts];
            for (var group = 0; group < groups; group++)
            {
                Keep(row.Slice(group * size, size));
            }

            var sum = 0f;
            foreach (var weight in row)
            {
                sum += weight;
            }

            for (var expert = 0; expert < experts; expert++)
            {
                row[expert] *= (renormalize ? 1 / sum : 1) * (scale.Length > 0 ? scale[expert] : 1);
            }
        }
    }

    // The greatest stay, marked by their sign while the next is looked for; the others become 0.
    private void Keep(Span<float> group)
    {
        for (var i = 0; i < active; i++)
        {
            var best = -1;
            for (var expert = 0; expert < group.Length; expert++)
            {
                if (group[expert] >= 0 && (best < 0 || group[expert] > group[best]))
                {
                    best = expert;
                }
            }

            if (best >= 0)
            {
                group[best] = -group[best];
            }
        }

        foreach (ref var weight in group)
        {
            weight = weight < 0 ? -weight : 0;
        }
    }
}
