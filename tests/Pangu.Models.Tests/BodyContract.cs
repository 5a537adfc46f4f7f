using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models.Tests;

/// <summary>What holds for every body. A new part or architecture adds a case, not a test.</summary>
public sealed class BodyContract
{
    private const int Rows = 6;
    private const int Channels = 3;
    private const int Positions = 5;
    private const int Width = 16;

    private static readonly Norm s_rms = new RmsNorm { Epsilon = 1e-5 };
    private static readonly Norm s_layer = new LayerNorm { Epsilon = 1e-5 };
    private static readonly Norm s_batch = new BatchNorm { Epsilon = 1e-3 };
    private static readonly Dense s_gelu = new() { Inner = 24, Activation = ActivationKind.Gelu, Bias = true };

    private static Dense Gated(ActivationKind kind) => new() { Inner = 24, Activation = kind, Gated = true };

    private static Attention Rotated(RotaryPairing pairing, int width, Scope? scope = null, int keyValueHeads = 0) =>
        Sample.Attention(scope ?? new CausalScope(), keyValueHeads, queryKeyNorm: true, new Rotary { Width = width, Pairing = pairing });

    private static readonly Dictionary<string, Body> s_bodies = new()
    {
        ["full, layer norm"] = Sample.Body(s_layer, Sample.Attention(new FullScope(), bias: true), s_gelu, final: s_layer),
        ["full, post-norm"] = Sample.Body(s_layer, Sample.Attention(new FullScope(), bias: true), s_gelu, preNorm: false),
        ["full, batch norm"] = Sample.Body(s_batch, Sample.Attention(new FullScope(), bias: true), s_gelu),
        ["full, parallel"] = Sample.Body(s_rms, Sample.Attention(new FullScope()), s_gelu, parallel: true),
        ["full, relu squared"] = Sample.Body(s_rms, Sample.Attention(new FullScope()), new Dense { Inner = 24, Activation = ActivationKind.ReluSquared }),
        ["causal, grouped heads"] = Sample.Body(s_rms, Sample.Attention(new CausalScope(), keyValueHeads: 2), Gated(ActivationKind.Silu), final: s_rms),
        ["causal, window"] = Sample.Body(s_rms, Sample.Attention(new CausalScope { Window = 2 }), Gated(ActivationKind.GeluTanh)),
        ["causal, rotary halves"] = Sample.Body(s_rms, Rotated(RotaryPairing.Halves, 4), Gated(ActivationKind.Relu)),
        ["causal, rotary interleaved"] = Sample.Body(s_rms, Rotated(RotaryPairing.Interleaved, 4, keyValueHeads: 1), Gated(ActivationKind.Silu)),
        ["causal, rotary in part"] = Sample.Body(s_rms, Rotated(RotaryPairing.Halves, 2), Gated(ActivationKind.Silu)),
        ["full, heads of whole vectors"] = Sample.Body(s_layer, Sample.Attention(new FullScope(), bias: true) with { HeadWidth = 8 }, s_gelu),
        ["causal, heads of whole vectors"] = Sample.Body(s_rms, Sample.Attention(new CausalScope { Window = 3 }, keyValueHeads: 2) with { HeadWidth = 8 }, s_gelu),
        ["causal, rotary, heads of whole vectors"] = Sample.Body(s_rms, Rotated(RotaryPairing.Halves, 8, keyValueHeads: 2) with { HeadWidth = 8 }, s_gelu),
        ["channels, heads of whole vectors"] = new Backbone([new Blocks(Width, 2, [new Block([new Branch(Sample.Attention(new FullScope()) with { HeadWidth = 8 }, s_rms), new Branch(Sample.Attention(new AcrossChannels()) with { HeadWidth = 8 }, s_rms), new Branch(s_gelu, s_rms)])])], null),
        ["causal, stretched frequencies"] = Sample.Body(s_rms, Sample.Attention(new CausalScope(), positions: new Rotary { Width = 4, Scaling = new Llama3RopeScaling { Factor = 4, OriginalPositions = 8, LowFrequencyFactor = 1, HighFrequencyFactor = 4 } }), Gated(ActivationKind.Silu)),
        ["causal, larger scores"] = Sample.Body(s_rms, Sample.Attention(new CausalScope(), positions: new Rotary { Width = 4, Scaling = new YarnRopeScaling { Factor = 4, OriginalPositions = 8 } }), Gated(ActivationKind.Silu)),
        ["causal, queries of positions"] = Sample.Body(s_layer, Sample.Attention(new CausalScope(), bias: true) with { QueryFrom = new PositionQueries(8) }, s_gelu),
        ["causal, shortcuts"] = new Backbone([new Blocks(Width, 2, [new Block([new Branch(Sample.Attention(new CausalScope()), s_rms, Scale: 0.5, Shortcuts: [new Shortcut(4, ActivationKind.Gelu), new Shortcut(2, ActivationKind.Silu)]), new Branch(s_gelu, s_rms)])])]),
        ["causal, series of activations"] = Sample.Body(s_rms, Sample.Attention(new CausalScope()), Gated(ActivationKind.Silu) with { Series = new ActivationSeries(2) }),
        ["causal, series of activations without gate"] = Sample.Body(s_rms, Sample.Attention(new CausalScope()), s_gelu with { Series = new ActivationSeries(3) }),
        ["causal, experts"] = Sample.Body(s_rms, Sample.Attention(new CausalScope()), new Experts { Router = new TopRouter(2, Renormalize: true), Count = 5, Expert = Gated(ActivationKind.Silu) }),
        ["causal, experts and a shared one"] = Sample.Body(s_rms, Sample.Attention(new CausalScope()), new Experts { Router = new TopRouter(2, Renormalize: false), Count = 4, Expert = s_gelu, Shared = Gated(ActivationKind.Silu) }),
        ["causal, experts in groups"] = Sample.Body(s_rms, Sample.Attention(new CausalScope()), new Experts { Router = new GroupRouter(2, 1, LearnedScale: true), Count = 6, Expert = Gated(ActivationKind.Silu), Shared = Gated(ActivationKind.Silu) }),
        ["causal, a norm between stages"] = new Backbone([new Blocks(Width, 1, [new Block([new Branch(Sample.Attention(new CausalScope()), s_rms)])], s_layer), new Blocks(Width, 2, [new Block([new Branch(Sample.Attention(new CausalScope { Window = 3 }), s_rms)]), new Block([new Branch(s_gelu, s_rms)])], s_rms)]),
        ["causal, convolutions"] = new Backbone([new Blocks(Width, 2, [new Block([new Branch(Sample.Attention(new CausalScope()), s_rms, Convolution: new ShortConvolution(4)), new Branch(s_gelu, s_rms, Convolution: new ShortConvolution(3), Shortcuts: [new Shortcut(4, ActivationKind.Gelu)])])])], s_rms),
        ["causal, convolution of attention alone"] = new Backbone([new Blocks(Width, 2, [new Block([new Branch(Sample.Attention(new CausalScope()) with { HeadWidth = 16 }, s_rms, Convolution: new ShortConvolution(2)), new Branch(s_gelu, s_rms)])])]),
        ["causal, heads for kernels"] = Sample.Body(s_rms, Sample.Attention(new CausalScope { Window = 4 }, keyValueHeads: 2, bias: true) with { HeadWidth = 16 }, Gated(ActivationKind.GeluTanh) with { Bias = true }),
        ["causal, heads for kernels, rotary"] = Sample.Body(s_layer, Rotated(RotaryPairing.Halves, 16, keyValueHeads: 2) with { HeadWidth = 16 }, s_gelu),
        ["full, heads for kernels"] = Sample.Body(s_layer, Sample.Attention(new FullScope()) with { HeadWidth = 16, Scale = 0.2 }, new Dense { Inner = 24, Activation = ActivationKind.ReluSquared }),
        ["full, ensemble"] = new Ensemble([Sample.Body(s_layer, Sample.Attention(new FullScope()) with { HeadWidth = 16 }, s_gelu, final: s_layer), Sample.Body(s_layer, Rotated(RotaryPairing.Halves, 4, new FullScope()), s_gelu, parallel: true), Sample.Body(s_rms, Sample.Attention(new FullScope()), Gated(ActivationKind.Silu))]),
        ["causal, ensemble"] = new Ensemble([Sample.Body(s_rms, Sample.Attention(new CausalScope { Window = 3 }, keyValueHeads: 2), Gated(ActivationKind.Silu), final: s_rms), Sample.Body(s_layer, Rotated(RotaryPairing.Halves, 4), s_gelu)]),
        ["channels, shared weights"] = new Backbone([new Blocks(Width, 2, [new Block([new Branch(Sample.Attention(new FullScope(), bias: true), AfterSum: s_layer), new Branch(Sample.Attention(new AcrossChannels(), bias: true), AfterSum: s_layer, WeightsOf: 0), new Branch(s_gelu, Before: s_rms, After: s_rms, Scale: 0.5)])])], null),
    };

    public static TheoryData<string> Bodies => [.. s_bodies.Keys];

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Forward_AnyBody_KeepsShapeAndChangesValues(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Model(name);
        var x = Input();
        var y = Forward(model, x);
        Assert.Equal(x.shape, y.shape);
        Assert.DoesNotContain(Operators.ToArray(y), value => !float.IsFinite(value));
        Assert.NotEqual(Operators.ToArray(x), Operators.ToArray(y));
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Forward_OneSeriesOrMany_GivesTheSame(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Model(name);
        var x = Input();
        var together = Operators.ToArray(Forward(model, x));
        var apart = Enumerable.Range(0, Rows / Channels).SelectMany(series => Operators.ToArray(Forward(model, x.narrow(0, series * Channels, Channels).contiguous()))).ToArray();
        Sample.AssertClose(together, apart, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Forward_LaterTokenChanged_ReachesEarlierOnesOnlyWhereTheScopeSeesThem(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Model(name);
        var x = Input();
        var changed = x.clone();
        Operators.AddInPlace(changed.select(1, 3), Sample.Normal("change", Rows, Width));
        var (before, after) = (Forward(model, x), Forward(model, changed));
        var early = Operators.Add(before.narrow(1, 0, 3), after.narrow(1, 0, 3), -1).abs().max().item<float>();
        var late = Operators.Add(before.narrow(1, 3, 2), after.narrow(1, 3, 2), -1).abs().max().item<float>();
        Assert.True(late > 1e-3);
        if (name.StartsWith("causal", StringComparison.Ordinal))
        {
            Assert.Equal(0, early);
        }
        else
        {
            Assert.True(early > 1e-3);
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Forward_LastTokensWanted_AreThoseOfTheWholePass(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Model(name);
        var whole = Forward(model, Input()).narrow(1, Positions - 2, 2);
        var part = model.Body.Forward(Input(), new ForwardPass(null, Channels, null, 2));
        Sample.AssertClose(Operators.ToArray(whole), Operators.ToArray(part), 1e-5);
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Gradient_LastTokensWanted_IsThatOfTheWholePass(string name)
    {
        using var model = Model(name);
        model.StartTraining(new TrainingMode(new Seeds(3), name.Contains("batch", StringComparison.Ordinal) ? 0 : 0.2));
        float[][] Of(int? lastTokens)
        {
            using var scope = new StepScope();
            var y = model.Body.Forward(Input(), new ForwardPass(model.Training, Channels, null, lastTokens));
            y.narrow(1, y.size(1) - 2, 2).square().sum().backward();
            using var frozen = no_grad();
            return [.. model.Parameters.Values.Select(parameter =>
            {
                var gradient = parameter.grad is null ? [] : Operators.ToArray(parameter.grad);
                parameter.grad?.zero_();
                return gradient;
            })];
        }

        foreach (var (whole, part) in Of(null).Zip(Of(2)))
        {
            Sample.AssertClose(whole, part, 1e-4 * (1 + whole.Select(Math.Abs).DefaultIfEmpty(0).Max()));
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Forward_OwnKernels_GiveWhatLibtorchGives(string name)
    {
        using var model = Model(name);
        (float[] Output, float[][] Gradients) On(KernelChoice kernels)
        {
            using var scope = new StepScope();
            var y = model.Body.Forward(Input().requires_grad_(true), new ForwardPass(new TrainingMode(new Seeds(3)) { Kernels = kernels }, Channels));
            Operators.Multiply(y, Sample.Normal("loss", Rows, Positions, Width)).sum().backward();
            using var frozen = no_grad();
            return (Operators.ToArray(y), [.. model.Parameters.Values.Select(parameter =>
            {
                var gradient = parameter.grad is null ? [] : Operators.ToArray(parameter.grad);
                parameter.grad?.zero_();
                return gradient;
            })]);
        }

        var (libtorch, own) = (On(KernelChoice.Libtorch), On(KernelChoice.Own));
        Sample.AssertClose(libtorch.Output, own.Output, 1e-5 * (1 + libtorch.Output.Max(Math.Abs)));
        foreach (var (expected, actual) in libtorch.Gradients.Zip(own.Gradients))
        {
            Sample.AssertClose(expected, actual, 1e-4 * (1 + expected.Select(Math.Abs).DefaultIfEmpty(0).Max()));
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Forward_PackedDocuments_AreAsIfAlone(string name)
    {
        if (!name.StartsWith("causal", StringComparison.Ordinal))
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var model = Model(name);
        var x = Input();
        var starts = new bool[Rows * Positions];
        starts[2] = starts[Positions + 4] = starts[(4 * Positions) + 2] = true;
        foreach (var kernels in (KernelChoice[])[KernelChoice.Libtorch, KernelChoice.Own])
        {
            var mode = new TrainingMode(new Seeds(3)) { Kernels = kernels };
            var together = model.Body.Forward(x, new ForwardPass(mode, Packed: new PackedRows(Positions, starts)));
            // Of the two members of an ensemble the first has the first half of the rows; a row alone goes to the last member, or in the next step to the first.
            Tensor Alone(int row, int first, int count) => model.Body.Forward(
                x.narrow(0, row, 1).narrow(1, first, count).contiguous(),
                new ForwardPass(new TrainingMode(new Seeds(3)) { Kernels = kernels, Step = row < Rows / 2 ? 1 : 0 }));
            void Check(int row, int first, int count) => Sample.AssertClose(Operators.ToArray(Alone(row, first, count)), Operators.ToArray(together.narrow(0, row, 1).narrow(1, first, count)), 1e-5);
            Check(0, 0, 2);
            Check(0, 2, 3);
            Check(1, 0, 4);
            Check(1, 4, 1);
            Check(2, 0, 5);
            Check(4, 0, 2);
            Check(4, 2, 3);
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Forward_BFloat16_IsCloseToSingle(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Model(name);
        var single = model.Body.Forward(Input(), new ForwardPass(new TrainingMode(new Seeds(3)), Channels));
        var half = model.Body.Forward(Input(), new ForwardPass(new TrainingMode(new Seeds(3), precision: TrainingPrecision.BFloat16), Channels));
        Assert.Equal(ScalarType.Float32, half.dtype);
        // bfloat16 keeps 8 bits: 0.4 % a rounding, some tens of them one after the other.
        Sample.AssertClose(Operators.ToArray(single), Operators.ToArray(half), 0.05 * Math.Max(3, Operators.ToArray(single).Max(Math.Abs)));
        Assert.NotEqual(Operators.ToArray(single), Operators.ToArray(half));
        half.square().sum().backward();
        Assert.All(model.Parameters.Where(pair => pair.Key.Contains("stages", StringComparison.Ordinal) && pair.Value.grad is not null), pair => Assert.Equal(ScalarType.Float32, pair.Value.grad!.dtype));
    }

    [Fact]
    public void Forward_Ensemble_IsTheMeanOfItsMembersAndTrainsThemInTurn()
    {
        using var scope = NewDisposeScope();
        var ensemble = (Ensemble)s_bodies["causal, ensemble"];
        using var model = Sample.Model(Config(ensemble));
        var weights = model.Export();
        Tensor Member(int index, Tensor x)
        {
            var prefix = Ensemble.Prefix(index);
            using var alone = TorchModel.Load(Config(ensemble.Members[index]), weights.Where(pair => !pair.Key.StartsWith("members.", StringComparison.Ordinal) || pair.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(pair => pair.Key.Replace(prefix, "", StringComparison.Ordinal), pair => pair.Value));
            return Forward(alone, x);
        }

        var x = Input();
        Sample.AssertClose(Operators.ToArray(Operators.Multiply(Operators.Add(Member(0, x), Member(1, x)), 0.5)), Operators.ToArray(Forward(model, x)), 1e-5);
        var mode = new TrainingMode(new Seeds(3));
        model.StartTraining(mode);
        foreach (var step in (int[])[0, 1])
        {
            mode.Step = step;
            var y = Forward(model, x);
            Sample.AssertClose(Operators.ToArray(Member(step, x.narrow(0, 0, Channels))), Operators.ToArray(y.narrow(0, 0, Channels)), 1e-5);
            Sample.AssertClose(Operators.ToArray(Member(1 - step, x.narrow(0, Channels, Channels))), Operators.ToArray(y.narrow(0, Channels, Channels)), 1e-5);
        }
    }

    [Fact]
    public void Forward_CausalWindow_DoesNotSeeBeyondIt()
    {
        using var scope = NewDisposeScope();
        // One block, so that the window is not widened by a second.
        var body = (Backbone)s_bodies["causal, window"];
        using var model = Sample.Model(Config(body with { Stages = [body.Stages[0] with { Count = 1 }] }));
        var x = Input();
        var changed = x.clone();
        Operators.AddInPlace(changed.select(1, 0), Sample.Normal("change", Rows, Width));
        var difference = Operators.Add(Forward(model, x), Forward(model, changed), -1).abs();
        Assert.True(difference.select(1, 1).max().item<float>() > 1e-3);
        Assert.Equal(0, difference.narrow(1, 2, 3).max().item<float>());
    }

    [Fact]
    public void Forward_AcrossChannels_SeesTheSamePositionOfItsOwnSeriesAlone()
    {
        using var scope = NewDisposeScope();
        var attention = Sample.Attention(new AcrossChannels(), bias: true);
        using var model = Sample.Model(Config(new Backbone([new Blocks(Width, 1, [new Block([new Branch(attention)])])], null)));
        var x = Input();
        var changed = x.clone();
        Operators.AddInPlace(changed.select(0, 1).select(0, 2), Sample.Normal("change", Width));
        var difference = Operators.Add(Forward(model, x), Forward(model, changed), -1).abs().amax([-1L]);
        for (var row = 0; row < Rows; row++)
        {
            for (var position = 0; position < Positions; position++)
            {
                Assert.Equal(row < Channels && position == 2, difference[row, position].item<float>() > 1e-4);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Gradient_EveryParameter_AgreesWithDifferences(string name)
    {
        using var model = Model(name);
        Gradients.AssertAgree(model, () => Loss(model));
    }

    [Fact]
    public void Gradient_BatchNormInTraining_AgreesWithDifferences()
    {
        using var model = Model("full, batch norm");
        model.StartTraining(new TrainingMode(new Seeds(3)));
        Gradients.AssertAgree(model, () => Loss(model));
    }

    [Theory]
    [InlineData(DropoutKind.Row)]
    [InlineData(DropoutKind.Element)]
    public void Gradient_Dropout_AgreesWithDifferences(DropoutKind kind)
    {
        using var model = Model("full, layer norm");
        model.StartTraining(new TrainingMode(new Seeds(3), 0.3, kind) { Step = 5 });
        Gradients.AssertAgree(model, () => Loss(model));
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Export_LoadedAgain_GivesTheSameBits(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Model(name);
        var weights = model.Export();
        Assert.Equal(model.Config.Slots().Select(slot => slot.Name).Order(), weights.Keys.Order());
        using var again = TorchModel.Load(model.Config, weights);
        Assert.Equal(Operators.ToArray(Forward(model, Input())), Operators.ToArray(Forward(again, Input())));
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Forward_ManyTimes_LeavesNoTensors(string name)
    {
        using var model = Model(name);
        void Step()
        {
            using var scope = new StepScope();
            Loss(model).backward();
        }

        Step();
        var live = StepScope.LiveTensors;
        for (var step = 0; step < 5; step++)
        {
            Step();
        }

        Assert.Equal(live, StepScope.LiveTensors);
    }

    private static ModelConfig Config(Body body) => new(new TokenEmbedder { Width = Width, Vocabulary = 7 }, body, new NextTokenHead { Tied = true });

    private static TorchModel Model(string name) => Sample.Model(Config(s_bodies[name]));

    private static Tensor Input() => Sample.Normal("input", Rows, Positions, Width);

    private static Tensor Forward(TorchModel model, Tensor x) => model.Body.Forward(x, new ForwardPass(model.Training, Channels));

    /// <summary>A mean with uneven weights, so that no gradient cancels.</summary>
    private static Tensor Loss(TorchModel model) => Operators.Multiply(Forward(model, Input()), Sample.Normal("loss", Rows, Positions, Width)).sum();
}
