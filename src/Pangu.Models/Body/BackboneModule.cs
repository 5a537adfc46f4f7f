using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>A Transformer: stages of blocks of branches.</summary>
internal sealed class BackboneModule : IBodyModule
{
    private readonly List<(BlockModule Block, INormModule? After)> _blocks = [];
    private readonly INormModule? _final;
    private readonly string _outputName;

    /// <param name="backbone">Its settings.</param>
    /// <param name="weights">All weights of the model.</param>
    /// <param name="prefix">What the names of its weights and intermediate values begin with.</param>
    public BackboneModule(Backbone backbone, WeightTable weights, string prefix = "")
    {
        _outputName = $"{prefix}body.output";
        for (var stage = 0; stage < backbone.Stages.Count; stage++)
        {
            var blocks = backbone.Stages[stage];
            for (var index = 0; index < blocks.Count; index++)
            {
                var after = index == blocks.Count - 1 ? blocks.Final?.Accept(new NormBuilder(weights, $"{prefix}stages.{stage}.final")) : null;
                _blocks.Add((new BlockModule(blocks.Cycle[index % blocks.Cycle.Count], weights, $"{prefix}stages.{stage}.blocks.{index}"), after));
            }
        }

        _final = backbone.Final?.Accept(new NormBuilder(weights, $"{prefix}final"));
    }

    /// <inheritdoc/>
    public Tensor Forward(Tensor x, ForwardPass pass)
    {
        x = pass.Cast(x);
        for (var index = 0; index < _blocks.Count; index++)
        {
            var (block, after) = _blocks[index];
            x = block.Forward(x, pass, index == _blocks.Count - 1 && after?.MixesTokens != true && pass.Tap is null ? pass.LastTokens : null);
            x = after?.Forward(x, pass) ?? x;
        }

        if (pass.LastTokens is { } wanted && x.size(1) > wanted && _final?.MixesTokens != true)
        {
            x = x.narrow(1, x.size(1) - wanted, wanted);
        }

        x = _final?.Forward(x, pass) ?? x;
        pass.Show(_outputName, x);
        return pass.IsHalf ? x.to_type(ScalarType.Float32) : x;
    }
}

/// <summary>Branches that each add to the stream.</summary>
internal sealed class BlockModule
{
    private readonly List<BranchModule> _branches = [];
    private readonly bool _parallel;
    private readonly string _name;
    private readonly int _lastMixing;
    private readonly bool _canLeaveOut;

    public BlockModule(Block block, WeightTable weights, string name)
    {
        _name = name;
        _parallel = block.Parallel;
        for (var branch = 0; branch < block.Branches.Count; branch++)
        {
            var settings = block.Branches[branch];
            _branches.Add(new BranchModule(settings, weights, $"{name}.branches.{branch}", $"{name}.branches.{settings.WeightsOf ?? branch}"));
        }

        _lastMixing = _branches.FindLastIndex(branch => branch.MixesTokens);
        _canLeaveOut = !_parallel && _lastMixing >= 0 && !_branches.Exists(branch => branch.NormsMixTokens);
    }

    /// <summary>Passes the tokens through every branch.</summary>
    /// <param name="x">[N, T, D].</param>
    /// <param name="pass">The forward pass.</param>
    /// <param name="lastTokens">How many tokens at the end the head looks at; from the last branch that mixes tokens on, the others are not made. Null for all.</param>
    /// <returns>[N, T, D], or [N, W, D] where tokens could be left out.</returns>
    public Tensor Forward(Tensor x, ForwardPass pass, int? lastTokens)
    {
        pass.Show(_name + ".input", x);
        var input = x;
        for (var index = 0; index < _branches.Count; index++)
        {
            x = _branches[index].AddTo(x, _parallel ? input : x, pass, _canLeaveOut && index == _lastMixing ? lastTokens : null);
        }

        pass.Show(_name + ".output", x);
        return x;
    }
}

/// <summary>One part with its norms: the stream x becomes AfterSum(x + Scale * After(Part(z)) + sum of Shortcuts(z)), z = Before(input), convolved where the branch has a convolution.</summary>
internal sealed class BranchModule
{
    private readonly string _name;
    private readonly IPartModule _part;
    private readonly INormModule? _before;
    private readonly INormModule? _after;
    private readonly INormModule? _afterSum;
    private readonly ConvolutionModule? _convolution;
    private readonly ShortcutModule[] _shortcuts;
    private readonly double _scale;

    public BranchModule(Branch branch, WeightTable weights, string name, string partName)
    {
        _name = name;
        _part = branch.Part.Accept(new PartBuilder(weights, partName));
        _before = branch.Before?.Accept(new NormBuilder(weights, $"{name}.before"));
        _after = branch.After?.Accept(new NormBuilder(weights, $"{name}.after"));
        _afterSum = branch.AfterSum?.Accept(new NormBuilder(weights, $"{name}.afterSum"));
        _convolution = branch.Convolution is null ? null : new ConvolutionModule(weights[$"{name}.convolution"]);
        _shortcuts = [.. branch.Shortcuts?.Select((shortcut, index) => new ShortcutModule(shortcut, weights, $"{name}.shortcuts.{index}")) ?? []];
        _scale = branch.Scale;
    }

    public bool MixesTokens => _part.MixesTokens || _convolution is not null;

    public bool NormsMixTokens => ((INormModule?[])[_before, _after, _afterSum]).Any(norm => norm?.MixesTokens == true);

    public Tensor AddTo(Tensor x, Tensor input, ForwardPass pass, int? lastTokens)
    {
        var z = _before?.Forward(input, pass) ?? input;
        z = _convolution?.Forward(z, pass) ?? z;
        Tensor Last(Tensor all) => lastTokens is { } wanted ? all.narrow(1, all.size(1) - wanted, wanted) : all;
        var added = _part.MixesTokens ? _part.Forward(z, pass, lastTokens) : _part.Forward(Last(z), pass, null);
        added = _after?.Forward(added, pass) ?? added;
        (x, z) = (Last(x), Last(z));

        var mask = pass.Training?.Mask(_name, added);
        var sum = mask is null ? Operators.Add(x, added, _scale) : Operators.AddProduct(x, added, pass.Cast(mask), _scale);
        foreach (var shortcut in _shortcuts)
        {
            sum = Operators.Add(sum, shortcut.Forward(z, pass));
        }

        return _afterSum?.Forward(sum, pass) ?? sum;
    }
}
