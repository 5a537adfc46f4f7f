using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Pangu.TrainingStep.Language;

/// <summary>nanoGPT's model (layer norms without bias, joined projections, GELU, tied head) written the way TorchSharp's own examples write one: modules, its attention, its AdamW.</summary>
internal sealed class PlainLanguageModel : Module<Tensor, Tensor>
{
    private readonly LanguageShape _shape;
    private readonly Embedding _tokens;
    private readonly Embedding _positions;
    private readonly ModuleList<PlainLanguageBlock> _blocks;
    private readonly PlainLayerNorm _final;

    public PlainLanguageModel(LanguageShape shape)
        : base("plain")
    {
        _shape = shape;
        _tokens = Embedding(shape.Vocabulary, shape.Width);
        _positions = Embedding(shape.Positions, shape.Width);
        _blocks = ModuleList([.. Enumerable.Range(0, shape.Layers).Select(_ => new PlainLanguageBlock(shape))]);
        _final = new PlainLayerNorm(shape.Width);
        RegisterComponents();
        using var frozen = no_grad();
        init.normal_(_tokens.weight!, 0, 0.02);
        init.normal_(_positions.weight!, 0, 0.02);
    }

    /// <summary>[B, T] ids to [B, T, V].</summary>
    public override Tensor forward(Tensor ids)
    {
        var x = _tokens.forward(ids) + _positions.forward(arange(_shape.Positions, dtype: ScalarType.Int64));
        foreach (var block in _blocks)
        {
            x = block.forward(x);
        }

        return functional.linear(_final.forward(x), _tokens.weight!);
    }
}

/// <summary>x + attention(norm(x)), then x + feedForward(norm(x)).</summary>
internal sealed class PlainLanguageBlock : Module<Tensor, Tensor>
{
    private readonly LanguageShape _shape;
    private readonly PlainLayerNorm _before;
    private readonly Linear _attention;
    private readonly Linear _output;
    private readonly PlainLayerNorm _middle;
    private readonly Linear _up;
    private readonly Linear _down;

    public PlainLanguageBlock(LanguageShape shape)
        : base("block")
    {
        _shape = shape;
        _before = new PlainLayerNorm(shape.Width);
        _attention = Linear(shape.Width, 3 * shape.Width, hasBias: false);
        _output = Linear(shape.Width, shape.Width, hasBias: false);
        _middle = new PlainLayerNorm(shape.Width);
        _up = Linear(shape.Width, 4 * shape.Width, hasBias: false);
        _down = Linear(4 * shape.Width, shape.Width, hasBias: false);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var (b, t, d) = (x.size(0), x.size(1), x.size(2));
        var parts = _attention.forward(_before.forward(x)).split(d, 2);
        Tensor Heads(Tensor part) => part.view(b, t, _shape.Heads, d / _shape.Heads).transpose(1, 2);
        var attended = functional.scaled_dot_product_attention(Heads(parts[0]), Heads(parts[1]), Heads(parts[2]), is_casual: true);
        x = x + _output.forward(attended.transpose(1, 2).contiguous().view(b, t, d));
        return x + _down.forward(functional.gelu(_up.forward(_middle.forward(x))));
    }
}

/// <summary>Layer norm without bias, as nanoGPT's.</summary>
internal sealed class PlainLayerNorm : Module<Tensor, Tensor>
{
    private readonly Parameter _weight;

    public PlainLayerNorm(int width)
        : base("norm")
    {
        _weight = Parameter(ones(width));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => functional.layer_norm(x, [x.size(-1)], _weight, null, 1e-5);
}
