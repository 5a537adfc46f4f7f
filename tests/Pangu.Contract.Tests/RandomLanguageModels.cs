using System.Runtime.InteropServices;
using Pangu.Core;

namespace Pangu.Contract.Tests;

/// <summary>Language models drawn at random from everything that a config can say, of sizes that are no multiples of a register too, and inputs for them; the same for a seed on every machine.</summary>
internal sealed class RandomLanguageModels(ulong seed)
{
    private const int Positions = 24;
    private readonly RandomStream _random = new Seeds(seed).For("language-contract");

    /// <summary>Draws a model.</summary>
    internal ModelConfig Config()
    {
        var width = 3 + _random.NextInt(38);
        var table = _random.NextBool(0.4);
        Body body = _random.NextBool(0.15) ? new Ensemble([Backbone(width), Backbone(width)]) : Backbone(width);
        var tied = _random.NextBool(0.5);
        return new ModelConfig(
            new TokenEmbedder { Width = width, Vocabulary = 5 + _random.NextInt(60), Positions = table ? Positions : 0 },
            body,
            new NextTokenHead { Tied = tied, Bias = !tied && _random.NextBool(0.3) });
    }

    /// <summary>Weights of the size that training gives.</summary>
    internal IReadOnlyDictionary<string, TensorData> Weights(ModelConfig config) => config.Slots().ToDictionary(
        slot => slot.Name,
        slot => TensorData.Of([.. Enumerable.Range(0, (int)slot.Count).Select(_ => (float)Weight(slot))], [.. slot.Shape.Select(size => (long)size)]));

    /// <summary>Inputs of a verification case: one full row, one with pads before its tokens.</summary>
    internal IReadOnlyDictionary<string, TensorData> Inputs(ModelConfig config)
    {
        var length = 2 + _random.NextInt(Positions - 8);
        var pads = _random.NextInt(length);
        var vocabulary = ((TokenEmbedder)config.Embedder).Vocabulary;
        var (ids, mask) = (new long[2 * length], new long[2 * length]);
        for (var i = 0; i < ids.Length; i++)
        {
            mask[i] = i < length || i - length >= pads ? 1 : 0;
            ids[i] = mask[i] * _random.NextInt(vocabulary);
        }

        TensorData Whole(long[] values) => new(ElementType.I64, [2, length], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        return new Dictionary<string, TensorData> { ["input_ids"] = Whole(ids), ["attention_mask"] = Whole(mask) };
    }

    private double Weight(Slot slot) =>
        slot.Initial is Initial.Constant { Value: 1 } ? 1 + (0.2 * _random.NextGaussian())
        : slot.Shape.Count >= 2 ? _random.NextGaussian() / Math.Sqrt(slot.Shape[^1])
        : 0.15 * _random.NextGaussian();

    private Backbone Backbone(int width)
    {
        List<Blocks> stages = [Stage(width)];
        if (_random.NextBool(0.3))
        {
            stages[0] = stages[0] with { Final = Norm() };
            stages.Add(Stage(width));
        }

        return new Backbone(stages, _random.NextBool(0.7) ? Norm() : null);
    }

    private Blocks Stage(int width)
    {
        Block[] cycle = [.. Enumerable.Range(0, 1 + _random.NextInt(2)).Select(_ => new Block([Branch(Attention(), width), Branch(_random.NextBool(0.3) ? Experts() : Dense(), width)], _random.NextBool(0.2)))];
        return new Blocks(width, 1 + _random.NextInt(3), cycle);
    }

    private Attention Attention()
    {
        var keyValueHeads = 1 + _random.NextInt(2);
        var headWidth = 2 + _random.NextInt(24);
        return new Attention
        {
            KeyValueHeads = keyValueHeads,
            QueryHeads = keyValueHeads * (1 + _random.NextInt(2)),
            HeadWidth = headWidth,
            QueryKeyNorm = _random.NextBool(0.3) ? new RmsNorm { Epsilon = 1e-5 } : null,
            Positions = _random.NextBool(0.3)
                ? new NoPositions()
                : new Rotary { Width = 2 * (1 + _random.NextInt(headWidth / 2)), Pairing = Choose([RotaryPairing.Halves, RotaryPairing.Interleaved]), Base = 1_000, Scaling = Scaling() },
            Scope = Choose<Scope>([new CausalScope(), new CausalScope(), new CausalScope { Window = 3 }]),
            QueryKeyValueBias = _random.NextBool(0.5),
            OutputBias = _random.NextBool(0.5),
            Scale = _random.NextBool(0.3) ? 0.2 : null,
            QueryFrom = _random.NextBool(0.2) ? new PositionQueries(Positions) : new OwnTokens(),
        };
    }

    private RopeScaling? Scaling() => Choose<RopeScaling?>(
    [
        null,
        new LinearRopeScaling { Factor = 2 },
        new Llama3RopeScaling { Factor = 4, OriginalPositions = 8, LowFrequencyFactor = 1, HighFrequencyFactor = 4 },
        new YarnRopeScaling { Factor = 4, OriginalPositions = 8 },
    ]);

    private Dense Dense() => new()
    {
        Inner = 1 + _random.NextInt(70),
        Activation = Choose([ActivationKind.Gelu, ActivationKind.GeluTanh, ActivationKind.Relu, ActivationKind.ReluSquared, ActivationKind.Silu]),
        Gated = _random.NextBool(0.5),
        Bias = _random.NextBool(0.4),
        Series = _random.NextBool(0.2) ? new ActivationSeries(1 + _random.NextInt(3)) : null,
    };

    private Experts Experts()
    {
        var groups = 1 + _random.NextInt(3);
        return new Experts
        {
            Router = _random.NextBool(0.5) ? new TopRouter(1 + _random.NextInt(2), _random.NextBool(0.5)) : new GroupRouter(groups, 1, _random.NextBool(0.5)),
            Count = groups * 2,
            Expert = Dense(),
            Shared = _random.NextBool(0.4) ? Dense() : null,
        };
    }

    // Somewhere a norm must stand, or the stream grows without bound.
    private Branch Branch(Part part, int width) => new(
        part,
        Before: Norm(),
        After: _random.NextBool(0.3) ? Norm() : null,
        Scale: _random.NextBool(0.3) ? 0.7 : 1,
        Shortcuts: _random.NextBool(0.2) ? [new Shortcut(width % 4 == 0 ? 4 : 1, ActivationKind.Gelu)] : null,
        Convolution: _random.NextBool(0.3) ? new ShortConvolution(1 + _random.NextInt(4)) : null);

    private Norm Norm() => Choose<Norm>([new RmsNorm { Epsilon = 1e-5 }, new LayerNorm { Epsilon = 1e-5 }, new LayerNorm { Epsilon = 1e-3, Bias = false }]);

    private T Choose<T>(IReadOnlyList<T> choices) => choices[_random.NextInt(choices.Count)];
}
