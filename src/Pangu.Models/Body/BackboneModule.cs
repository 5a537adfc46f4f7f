using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>A Transformer: stages of blocks of branches.</summary>
internal sealed class BackboneModule : IBodyModule
{
    private readonly List<BlockModule> _blocks = [];
    private readonly INormModule? _final;

    public BackboneModule(Backbone backbone, WeightTable weights)
    {
        for (var stage = 0; stage < backbone.Stages.Count; stage++)
        {
            var blocks = backbone.Stages[stage];
            for (var index = 0; index < blocks.Count; index++)
            {
                _blocks.Add(new BlockModule(blocks.Cycle[index % blocks.Cycle.Count], weights, $"stages.{stage}.blocks.{index}"));
            }
        }

        _final = backbone.Final?.Accept(new NormBuilder(weights, "final"));
    }

    /// <inheritdoc/>
    public Tensor Forward(Tensor x, ForwardPass pass)
    {
        foreach (var block in _blocks)
        {
            x = block.Forward(x, pass);
        }

        x = _final?.Forward(x, pass) ?? x;
        pass.Show("body.output", x);
        return x;
    }
}

/// <summary>Branches that each add to the stream.</summary>
internal sealed class BlockModule
{
    private readonly List<BranchModule> _branches = [];
    private readonly bool _parallel;
    private readonly string _name;

    public BlockModule(Block block, WeightTable weights, string name)
    {
        _name = name;
        _parallel = block.Parallel;
        for (var branch = 0; branch < block.Branches.Count; branch++)
        {
            var settings = block.Branches[branch];
            _branches.Add(new BranchModule(settings, weights, $"{name}.branches.{branch}", $"{name}.branches.{settings.WeightsOf ?? branch}"));
        }
    }

    public Tensor Forward(Tensor x, ForwardPass pass)
    {
        pass.Show(_name + ".input", x);
        var input = x;
        foreach (var branch in _branches)
        {
            x = branch.AddTo(x, _parallel ? input : x, pass);
        }

        pass.Show(_name + ".output", x);
        return x;
    }
}

/// <summary>One part with its norms: the stream x becomes AfterSum(x + Scale * After(Part(Before(input)))).</summary>
internal sealed class BranchModule
{
    private readonly string _name;
    private readonly IPartModule _part;
    private readonly INormModule? _before;
    private readonly INormModule? _after;
    private readonly INormModule? _afterSum;
    private readonly double _scale;

    public BranchModule(Branch branch, WeightTable weights, string name, string partName)
    {
        _name = name;
        _part = branch.Part.Accept(new PartBuilder(weights, partName));
        _before = branch.Before?.Accept(new NormBuilder(weights, $"{name}.before"));
        _after = branch.After?.Accept(new NormBuilder(weights, $"{name}.after"));
        _afterSum = branch.AfterSum?.Accept(new NormBuilder(weights, $"{name}.afterSum"));
        _scale = branch.Scale;
    }

    public Tensor AddTo(Tensor x, Tensor input, ForwardPass pass)
    {
        var added = _part.Forward(_before?.Forward(input, pass) ?? input, pass);
        added = _after?.Forward(added, pass) ?? added;
        var mask = pass.Training?.Mask(_name, added);
        var sum = mask is null ? Operators.Add(x, added, _scale) : Operators.AddProduct(x, added, mask, _scale);
        return _afterSum?.Forward(sum, pass) ?? sum;
    }
}
