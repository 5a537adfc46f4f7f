using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>One part with its norms: the stream x becomes AfterSum(x + Scale * After(Part(Before(input)))).</summary>
internal sealed class BranchStep
{
    private readonly NormStep? _before;
    private readonly NormStep? _after;
    private readonly NormStep? _afterSum;
    private readonly float _scale;

    /// <summary>Compiles a branch.</summary>
    /// <param name="branch">Its settings.</param>
    /// <param name="name">Name of the branch.</param>
    /// <param name="partName">Name of the branch that holds the part's weights.</param>
    /// <param name="positions">Most tokens or channels that see each other.</param>
    /// <param name="weights">All weights.</param>
    internal BranchStep(Branch branch, string name, string partName, int positions, WeightStore weights)
    {
        _before = NormStep.Of(branch.Before, $"{name}.before", weights);
        _after = NormStep.Of(branch.After, $"{name}.after", weights);
        _afterSum = NormStep.Of(branch.AfterSum, $"{name}.afterSum", weights);
        _scale = (float)branch.Scale;

        // Without a norm behind the part, the factor goes into the part's last weights.
        Part = branch.Part.Accept(new PartCompiler(partName, _after is null ? branch.Scale : 1, positions, weights));
    }

    /// <summary>The part.</summary>
    internal IPartStep Part { get; }

    /// <summary>Adds the branch to the stream.</summary>
    /// <param name="frame">The frame; its stream changes.</param>
    /// <param name="fromSaved">Whether the part reads the block's saved input instead of the stream.</param>
    /// <param name="keepLast">Where above 0: how many last tokens of every sequence are wanted from here on.</param>
    internal void Run(BodyFrame frame, bool fromSaved, int keepLast)
    {
        ReadOnlySpan<float> input = fromSaved ? frame.Saved : frame.Stream;
        if (_before is not null)
        {
            _before.Run(input, frame.Normed);
            input = frame.Normed;
        }

        if (_after is null)
        {
            Part.Run(input, frame.Stream, add: true, keepLast, frame);
        }
        else
        {
            Part.Run(input, frame.Normed, add: false, keepLast, frame);
            _after.Run(frame.Normed, frame.Normed);
            Elementwise.AddScaled(frame.Normed, _scale, frame.Stream);
        }

        _afterSum?.Run(frame.Stream, frame.Stream);
    }
}
