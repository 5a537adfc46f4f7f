using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>One part with its norms: the stream x becomes AfterSum(x + Scale * After(Part(z)) + sum of Shortcuts(z)), z = Convolution(Before(input)).</summary>
internal sealed class BranchStep
{
    private readonly NormStep? _before;
    private readonly NormStep? _after;
    private readonly NormStep? _afterSum;
    private readonly float _scale;
    private readonly ShortcutStep[] _shortcuts;
    private readonly ConvolutionStep? _convolution;

    /// <summary>Compiles a branch.</summary>
    /// <param name="branch">Its settings.</param>
    /// <param name="name">Name of the branch.</param>
    /// <param name="partName">Name of the branch that holds the part's weights.</param>
    /// <param name="plan">What the body's parts share.</param>
    internal BranchStep(Branch branch, string name, string partName, BodyPlan plan)
    {
        _before = NormStep.Of(branch.Before, $"{name}.before", plan.Weights);
        _after = NormStep.Of(branch.After, $"{name}.after", plan.Weights);
        _afterSum = NormStep.Of(branch.AfterSum, $"{name}.afterSum", plan.Weights);
        _scale = (float)branch.Scale;
        _shortcuts = [.. branch.Shortcuts?.Select((shortcut, index) => new ShortcutStep(shortcut, $"{name}.shortcuts.{index}", plan.Weights)) ?? []];

        _convolution = branch.Convolution is null ? null : new ConvolutionStep(name, plan);

        // Without a norm behind the part, the factor goes into the part's last weights.
        Part = branch.Part.Accept(new PartCompiler(partName, name, _after is null ? branch.Scale : 1, plan));
    }

    /// <summary>The part.</summary>
    internal IPartStep Part { get; }

    /// <summary>Whether there are shortcuts.</summary>
    internal bool HasShortcuts => _shortcuts.Length > 0;

    /// <summary>How many tokens back the branch's input reaches beside what the part itself looks at.</summary>
    internal int Reach => _convolution?.Reach ?? 0;

    /// <summary>Floats a row of its widest intermediate value.</summary>
    internal int Wide => _shortcuts.Select(shortcut => shortcut.Wide).Append(Part.Wide).Max();

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

        if (_convolution is not null)
        {
            if (_before is null)
            {
                input.CopyTo(frame.Normed);
                input = frame.Normed;
            }

            _convolution.Run(frame.Normed, frame);
        }

        for (var shortcut = 0; shortcut < _shortcuts.Length; shortcut++)
        {
            _shortcuts[shortcut].Run(input, frame.Beside, add: shortcut > 0, frame.Wide);
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

        if (_shortcuts.Length > 0)
        {
            Elementwise.Add(frame.Beside, frame.Stream);
        }

        _afterSum?.Run(frame.Stream, frame.Stream);
    }

    /// <summary>A bottleneck beside a part: up(activation(down(z))).</summary>
    private sealed class ShortcutStep(Shortcut shortcut, string name, WeightStore weights)
    {
        private readonly PackedLinear _down = weights.Linear($"{name}.down");
        private readonly PackedLinear _up = weights.Linear($"{name}.up");
        private readonly ActivationKind _activation = shortcut.Activation;

        internal int Wide => _down.Outputs;

        internal void Run(ReadOnlySpan<float> input, Span<float> output, bool add, Span<float> memory)
        {
            var rows = output.Length / _up.Outputs;
            var inner = memory[..(rows * _down.Outputs)];
            _down.Multiply(input, inner, rows);
            ActivationKernel.Run(_activation, inner);
            _up.Multiply(inner, _up.Inputs, output, _up.Outputs, rows, add);
        }
    }
}
