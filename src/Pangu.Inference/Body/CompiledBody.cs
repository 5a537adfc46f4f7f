using Pangu.Core;

namespace Pangu.Inference;

/// <summary>A body, compiled once into steps: no config and no weight name is looked at while it runs. Immutable; safe for many frames at once.</summary>
internal sealed class CompiledBody
{
    private readonly BlockStep[] _blocks;
    private readonly NormStep? _final;
    private readonly bool _embedderIsLast;

    // The last branch in which tokens see each other: behind it, only the tokens that the head looks at need to be computed. Null when there is none, or its block is parallel.
    private readonly BranchStep? _lastMixing;

    private CompiledBody(BlockStep[] blocks, NormStep? final, bool embedderIsLast)
    {
        _blocks = blocks;
        _final = final;
        _embedderIsLast = embedderIsLast;
        var last = blocks.LastOrDefault(block => block.Branches.Any(branch => branch.Part.MixesTokens));
        _lastMixing = last is { Parallel: false } ? last.Branches.Last(branch => branch.Part.MixesTokens) : null;
    }

    /// <summary>Compiles a body.</summary>
    /// <param name="body">Its settings.</param>
    /// <param name="positions">Most tokens or channels that see each other.</param>
    /// <param name="weights">All weights.</param>
    internal static CompiledBody Of(Pangu.Core.Body body, int positions, WeightStore weights) => body.Accept(new Compiler(positions, weights));

    /// <summary>What its frames need.</summary>
    /// <param name="width">D.</param>
    /// <param name="tokens">T.</param>
    internal BodySizes Sizes(int width, int tokens)
    {
        var parts = _blocks.SelectMany(block => block.Branches).Select(branch => branch.Part).ToArray();
        return new BodySizes
        {
            Width = width,
            Tokens = tokens,
            Wide = parts.Select(part => part.Wide).DefaultIfEmpty(0).Max(),
            Narrow = parts.Select(part => part.Narrow).DefaultIfEmpty(0).Max(),
            SavesInput = _blocks.Any(block => block.Parallel),
            MixesChannels = parts.Any(part => part.MixesChannels),
            ScratchFor = sequences => parts.Select(part => part.ScratchLength(tokens, sequences)).DefaultIfEmpty(0).Max(),
        };
    }

    /// <summary>Runs on the frame's stream.</summary>
    /// <param name="frame">The frame; its stream becomes the body's output.</param>
    /// <param name="lastTokens">How many of the last tokens the head looks at; 0 for all. Where it is above 0 and there is no tap, the output may be these tokens alone.</param>
    internal void Run(BodyFrame frame, int lastTokens)
    {
        var keepLast = frame.Tap is null ? lastTokens : 0;
        foreach (var block in _blocks)
        {
            block.Run(frame, _lastMixing, keepLast);
        }

        _final?.Run(frame.Stream, frame.Stream);
        if (!_embedderIsLast)
        {
            frame.Show("body.output");
        }
    }

    private sealed class Compiler(int positions, WeightStore weights) : IBodyVisitor<CompiledBody>
    {
        public CompiledBody Visit(Backbone backbone)
        {
            List<BlockStep> blocks = [];
            for (var stage = 0; stage < backbone.Stages.Count; stage++)
            {
                var cycle = backbone.Stages[stage].Cycle;
                for (var index = 0; index < backbone.Stages[stage].Count; index++)
                {
                    blocks.Add(new BlockStep(cycle[index % cycle.Count], $"stages.{stage}.blocks.{index}", positions, weights));
                }
            }

            return new CompiledBody([.. blocks], NormStep.Of(backbone.Final, "final", weights), embedderIsLast: false);
        }

        public CompiledBody Visit(NoBody none) => new([], null, embedderIsLast: true);
    }

    private sealed class BlockStep(Block block, string name, int positions, WeightStore weights)
    {
        private readonly string _inputName = $"{name}.input";
        private readonly string _outputName = $"{name}.output";

        internal bool Parallel { get; } = block.Parallel;

        internal BranchStep[] Branches { get; } =
        [
            .. block.Branches.Select((branch, index) => new BranchStep(branch, $"{name}.branches.{index}", $"{name}.branches.{branch.WeightsOf ?? index}", positions, weights)),
        ];

        internal void Run(BodyFrame frame, BranchStep? lastMixing, int keepLast)
        {
            frame.Show(_inputName);
            if (Parallel)
            {
                frame.Stream.CopyTo(frame.Saved);
            }

            foreach (var branch in Branches)
            {
                branch.Run(frame, Parallel, branch == lastMixing ? keepLast : 0);
            }

            frame.Show(_outputName);
        }
    }
}
