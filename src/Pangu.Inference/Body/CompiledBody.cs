using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>A body, compiled once into steps: no config and no weight name is looked at while it runs. Immutable; safe for many frames at once.</summary>
internal sealed class CompiledBody
{
    private readonly Member[] _members;
    private readonly BodyPlan _plan;

    private CompiledBody(Member[] members, BodyPlan plan)
    {
        _members = members;
        _plan = plan;
    }

    /// <summary>Rows of the shortest learned table of positions in the body: the longest sequence; null where there is none.</summary>
    internal int? MaxTokens => _plan.MaxTokens;

    /// <summary>Whether every token depends on itself and those before it alone, so that keys and values can be kept.</summary>
    internal bool IsCausal => Branches.Count(branch => branch.Part.MixesTokens || branch.Part.MixesChannels) == _plan.Caches.Count;

    private IEnumerable<BranchStep> Branches => _members.SelectMany(member => member.Branches);

    /// <summary>Compiles a body.</summary>
    /// <param name="body">Its settings.</param>
    /// <param name="weights">All weights.</param>
    internal static CompiledBody Of(Pangu.Core.Body body, WeightStore weights) => body.Accept(new Compiler(new BodyPlan(weights)));

    /// <summary>Makes tables of angles long enough; to be called before sequences that long run.</summary>
    /// <param name="positions">Most tokens or channels that see each other.</param>
    internal void Reach(int positions)
    {
        foreach (var angles in _plan.Tables)
        {
            angles.Reach(positions);
        }
    }

    /// <summary>Memory for what is kept of one sequence.</summary>
    /// <param name="capacity">Most tokens of the sequence.</param>
    /// <param name="maxRows">Most tokens that are added at once.</param>
    /// <returns>The memory, empty.</returns>
    internal SequenceMemory CreateMemory(int capacity, int maxRows) => new(
        [.. _plan.Caches.Select(shape => new KeyValueCache(shape, capacity, maxRows))],
        [.. _plan.Trails.Select(length => new float[length])]);

    /// <summary>What its frames need.</summary>
    /// <param name="width">D.</param>
    /// <param name="tokens">T.</param>
    /// <param name="capacity">Tokens of a sequence whose keys and values are kept; 0 where none are.</param>
    internal BodySizes Sizes(int width, int tokens, int capacity = 0)
    {
        var branches = Branches.ToArray();
        var parts = branches.Select(branch => branch.Part).ToArray();
        return new BodySizes
        {
            Width = width,
            Tokens = tokens,
            Wide = branches.Select(branch => branch.Wide).DefaultIfEmpty(0).Max(),
            Narrow = parts.Select(part => part.Narrow).DefaultIfEmpty(0).Max(),
            SavesInput = _members.Any(member => member.SavesInput),
            AveragesMembers = _members.Length > 1,
            HasShortcuts = branches.Any(branch => branch.HasShortcuts),
            MixesChannels = parts.Any(part => part.MixesChannels),
            ScratchFor = sequences => parts.Select(part => part.ScratchLength(new FrameShape(tokens, sequences, capacity))).Concat(_plan.Trails).DefaultIfEmpty(0).Max(),
        };
    }

    /// <summary>Runs on the frame's stream.</summary>
    /// <param name="frame">The frame; its stream becomes the body's output.</param>
    /// <param name="lastTokens">How many of the last tokens the head looks at; 0 for all. Where it is above 0 and there is no tap, the output may be these tokens alone, or them and a few before.</param>
    internal void Run(BodyFrame frame, int lastTokens)
    {
        if (_members.Length == 1)
        {
            _members[0].Run(frame, lastTokens);
            return;
        }

        // Members see the same input; where the head looks at the last tokens alone, all are cut to these, since they may have kept different numbers before them.
        var tokens = frame.Tokens;
        frame.SaveInput();
        for (var index = 0; index < _members.Length; index++)
        {
            if (index > 0)
            {
                frame.RestoreInput(tokens);
            }

            _members[index].Run(frame, lastTokens);
            if (frame.Tap is null && lastTokens > 0 && lastTokens < frame.Tokens)
            {
                frame.KeepLast(lastTokens);
            }

            frame.AddToMean(index, _members.Length);
        }

        frame.Show("body.output");
    }

    private sealed class Compiler(BodyPlan plan) : IBodyVisitor<CompiledBody>
    {
        public CompiledBody Visit(Backbone backbone) => new([Compile(backbone, "")], plan);

        public CompiledBody Visit(Ensemble ensemble) => new([.. ensemble.Members.Select((member, index) => Compile(member, Ensemble.Prefix(index)))], plan);

        public CompiledBody Visit(NoBody none) => new([new Member([], null, null)], plan);

        private Member Compile(Backbone backbone, string prefix)
        {
            List<BlockStep> blocks = [];
            for (var stage = 0; stage < backbone.Stages.Count; stage++)
            {
                var (cycle, count) = (backbone.Stages[stage].Cycle, backbone.Stages[stage].Count);
                for (var index = 0; index < count; index++)
                {
                    var final = index == count - 1 ? NormStep.Of(backbone.Stages[stage].Final, $"{prefix}stages.{stage}.final", plan.Weights) : null;
                    blocks.Add(new BlockStep(cycle[index % cycle.Count], $"{prefix}stages.{stage}.blocks.{index}", final, plan));
                }
            }

            return new Member([.. blocks], NormStep.Of(backbone.Final, $"{prefix}final", plan.Weights), $"{prefix}body.output");
        }
    }

    /// <summary>One Transformer.</summary>
    private sealed class Member
    {
        private readonly BlockStep[] _blocks;
        private readonly NormStep? _final;
        private readonly string? _outputName;

        // The last branch in which tokens see each other: behind it, only the tokens that the head looks at need to be computed. Null when there is none, or its block is parallel.
        private readonly BranchStep? _lastMixing;

        // Tokens before those that the head looks at which are needed behind the last branch that mixes tokens, because convolutions look back.
        private readonly int _reach;

        /// <param name="blocks">In order; none where the embedder is the last step.</param>
        /// <param name="final">Norm behind the blocks; null for none.</param>
        /// <param name="outputName">Under which name the tap sees the output; null where it does not.</param>
        internal Member(BlockStep[] blocks, NormStep? final, string? outputName)
        {
            _blocks = blocks;
            _final = final;
            _outputName = outputName;
            var last = blocks.LastOrDefault(block => block.Branches.Any(branch => branch.Part.MixesTokens));
            _lastMixing = last is { Parallel: false } ? last.Branches.Last(branch => branch.Part.MixesTokens) : null;
            _reach = Branches.SkipWhile(branch => branch != _lastMixing).Skip(1).Sum(branch => branch.Reach);
        }

        internal IEnumerable<BranchStep> Branches => _blocks.SelectMany(block => block.Branches);

        internal bool SavesInput => _blocks.Any(block => block.Parallel);

        internal void Run(BodyFrame frame, int lastTokens)
        {
            var keepLast = frame.Tap is null && lastTokens > 0 ? Math.Min(lastTokens + _reach, frame.Tokens) : 0;
            foreach (var block in _blocks)
            {
                block.Run(frame, _lastMixing, keepLast);
            }

            _final?.Run(frame.Stream, frame.Stream);
            if (_outputName is not null)
            {
                frame.Show(_outputName);
            }
        }
    }

    private sealed class BlockStep(Block block, string name, NormStep? stageFinal, BodyPlan plan)
    {
        private readonly string _inputName = $"{name}.input";
        private readonly string _outputName = $"{name}.output";

        internal bool Parallel { get; } = block.Parallel;

        internal BranchStep[] Branches { get; } =
        [
            .. block.Branches.Select((branch, index) => new BranchStep(branch, $"{name}.branches.{index}", $"{name}.branches.{branch.WeightsOf ?? index}", plan)),
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
            stageFinal?.Run(frame.Stream, frame.Stream);
        }
    }
}
