using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Pangu.Benchmarks.Generation;

/// <summary>Sizes of the character model.</summary>
/// <param name="Vocabulary">Characters.</param>
/// <param name="Context">Rows of the table of positions.</param>
/// <param name="Width">D.</param>
/// <param name="Layers">Blocks.</param>
/// <param name="Heads">H.</param>
internal sealed record Sizes(int Vocabulary, int Context, int Width, int Layers, int Heads);

/// <summary>A GPT-2 of characters written the way TorchSharp's own examples write one: modules, its attention, keys and values joined to those of before.</summary>
internal sealed class PlainTransformer : Module<Tensor, int, Tensor>
{
    private readonly Embedding _tokens;
    private readonly Embedding _positions;
    private readonly ModuleList<PlainBlock> _blocks;
    private readonly LayerNorm _final;

    public PlainTransformer(Sizes sizes)
        : base("plain")
    {
        _tokens = Embedding(sizes.Vocabulary, sizes.Width);
        _positions = Embedding(sizes.Context, sizes.Width);
        _blocks = ModuleList([.. Enumerable.Range(0, sizes.Layers).Select(_ => new PlainBlock(sizes))]);
        _final = LayerNorm(sizes.Width, 1e-5);
        RegisterComponents();
    }

    /// <summary>Forgets the sequence.</summary>
    public void Clear()
    {
        foreach (var block in _blocks)
        {
            block.Clear();
        }
    }

    /// <summary>Ids [1, T] behind <paramref name="past"/> tokens to logits [1, V] of the token after the last.</summary>
    public override Tensor forward(Tensor ids, int past)
    {
        using var scope = NewDisposeScope();
        var length = ids.size(1);
        var x = _tokens.forward(ids) + _positions.forward(arange(past, past + length, ScalarType.Int64));
        foreach (var block in _blocks)
        {
            x = block.forward(x);
        }

        x = _final.forward(x.narrow(1, length - 1, 1)).squeeze(1);
        return functional.linear(x, _tokens.weight!).MoveToOuterDisposeScope();
    }
}

/// <summary>x + attention(norm(x)), then x + feedForward(norm(x)).</summary>
internal sealed class PlainBlock : Module<Tensor, Tensor>
{
    private readonly Sizes _sizes;
    private readonly LayerNorm _before;
    private readonly Linear _queryKeyValue;
    private readonly Linear _output;
    private readonly LayerNorm _middle;
    private readonly Linear _up;
    private readonly Linear _down;
    private readonly KeyValues _past = new();

    public PlainBlock(Sizes sizes)
        : base("block")
    {
        _sizes = sizes;
        _before = LayerNorm(sizes.Width, 1e-5);
        _queryKeyValue = Linear(sizes.Width, 3 * sizes.Width);
        _output = Linear(sizes.Width, sizes.Width);
        _middle = LayerNorm(sizes.Width, 1e-5);
        _up = Linear(sizes.Width, 4 * sizes.Width);
        _down = Linear(4 * sizes.Width, sizes.Width);
        RegisterComponents();
    }

    public void Clear() => _past.Replace(null, null);

    public override Tensor forward(Tensor x)
    {
        var (n, t) = (x.size(0), x.size(1));
        var parts = _queryKeyValue.forward(_before.forward(x)).view(n, t, 3 * _sizes.Heads, -1).transpose(1, 2).chunk(3, 1);
        var (keys, values) = (_past.Keys is null ? parts[1] : cat([_past.Keys, parts[1]], 2), _past.Values is null ? parts[2] : cat([_past.Values, parts[2]], 2));
        var attended = functional.scaled_dot_product_attention(parts[0], keys, values, is_casual: t > 1);
        _past.Replace(keys, values);
        x = x + _output.forward(attended.transpose(1, 2).reshape(n, t, -1));
        return x + _down.forward(functional.gelu(_up.forward(_middle.forward(x))));
    }

    // Not fields of the module: those would become buffers of it.
    private sealed class KeyValues
    {
        internal Tensor? Keys { get; private set; }

        internal Tensor? Values { get; private set; }

        internal void Replace(Tensor? keys, Tensor? values)
        {
            Keys?.Dispose();
            Values?.Dispose();
            (Keys, Values) = (keys?.DetachFromDisposeScope(), values?.DetachFromDisposeScope());
        }
    }
}
