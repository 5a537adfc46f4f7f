using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Pangu.TrainingStep;

/// <summary>The same series model written the way TorchSharp's own examples write one: modules, its attention, its AdamW.</summary>
internal sealed class PlainModel : Module<Tensor, Tensor, Tensor>
{
    private readonly Shape _shape;
    private readonly Linear _embed;
    private readonly Parameter _future;
    private readonly Parameter _positions;
    private readonly ModuleList<PlainBlock> _blocks;
    private readonly Module<Tensor, Tensor> _final;
    private readonly Linear _head;

    public PlainModel(Shape shape)
        : base("plain")
    {
        _shape = shape;
        _embed = Linear(2 * shape.Patch, shape.Width);
        _future = Parameter(randn(shape.FutureTokens, shape.Width) * 0.02);
        _positions = Parameter(randn(shape.Tokens, shape.Width) * 0.02);
        _blocks = ModuleList([.. Enumerable.Range(0, shape.Layers).Select(_ => new PlainBlock(shape))]);
        _final = PlainBlock.Norm(shape);
        _head = Linear(shape.Width, shape.Patch * shape.Outputs);
        RegisterComponents();
    }

    /// <summary>[N, L] values and flags to [N, H, 1 + Q] in scaled units.</summary>
    public override Tensor forward(Tensor values, Tensor observed)
    {
        var n = values.size(0);
        var count = observed.sum(-1, true).clamp_min(1);
        var location = (values * observed).sum(-1, true) / count;
        var centred = (values - location) * observed;
        var scaled = centred / (centred.square().sum(-1, true) / count + 1e-5).sqrt();
        var patches = cat([scaled.view(n, -1, _shape.Patch), observed.view(n, -1, _shape.Patch)], -1);
        var tokens = cat([_embed.forward(patches), _future.unsqueeze(0).expand(n, -1, -1)], 1) + _positions;
        foreach (var block in _blocks)
        {
            tokens = block.forward(tokens);
        }

        var future = _final.forward(tokens).narrow(1, _shape.Tokens - _shape.FutureTokens, _shape.FutureTokens);
        return _head.forward(future).view(n, -1, _shape.Outputs);
    }
}

/// <summary>x + attention(norm(x)), then x + feedForward(norm(x)).</summary>
internal sealed class PlainBlock : Module<Tensor, Tensor>
{
    private readonly Shape _shape;
    private readonly Module<Tensor, Tensor> _before;
    private readonly Linear _query;
    private readonly Linear _key;
    private readonly Linear _value;
    private readonly Linear _output;
    private readonly Module<Tensor, Tensor> _middle;
    private readonly Linear _up;
    private readonly Linear _down;

    public PlainBlock(Shape shape)
        : base("block")
    {
        _shape = shape;
        _before = Norm(shape);
        _query = Linear(shape.Width, shape.Width, hasBias: false);
        _key = Linear(shape.Width, shape.Width, hasBias: false);
        _value = Linear(shape.Width, shape.Width, hasBias: false);
        _output = Linear(shape.Width, shape.Width, hasBias: false);
        _middle = Norm(shape);
        _up = Linear(shape.Width, shape.FeedForward, hasBias: false);
        _down = Linear(shape.FeedForward, shape.Width, hasBias: false);
        RegisterComponents();
    }

    public static Module<Tensor, Tensor> Norm(Shape shape) => shape.RmsNorm ? new PlainRmsNorm(shape.Width) : LayerNorm(shape.Width, 1e-6);

    public override Tensor forward(Tensor x)
    {
        var (n, t, h) = (x.size(0), x.size(1), _shape.Heads);
        var normed = _before.forward(x);
        Tensor Split(Linear projection) => projection.forward(normed).view(n, t, h, -1).transpose(1, 2);
        var attended = functional.scaled_dot_product_attention(Split(_query), Split(_key), Split(_value));
        x = x + _output.forward(attended.transpose(1, 2).reshape(n, t, -1));
        return x + _down.forward(functional.gelu(_up.forward(_middle.forward(x))));
    }
}

/// <summary>TorchSharp has no RMS norm: its formula.</summary>
internal sealed class PlainRmsNorm : Module<Tensor, Tensor>
{
    private readonly Parameter _weight;

    public PlainRmsNorm(int width)
        : base("rms")
    {
        _weight = Parameter(ones(width));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => x * (x.square().mean([-1L], true) + 1e-6).rsqrt() * _weight;
}
