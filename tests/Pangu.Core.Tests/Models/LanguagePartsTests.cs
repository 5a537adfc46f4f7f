namespace Pangu.Core.Tests;

public sealed class LanguagePartsTests
{
    private static readonly ModelConfigJson Families = new(LanguageConfigTypes.Create());
    private static readonly LayerNorm Norm = new() { Epsilon = 1e-5 };

    [Fact]
    public void Slots_LanguageParts_HaveTheirNamesAndShapes()
    {
        var slots = Model().Slots().ToDictionary(slot => slot.Name, slot => slot.Shape);
        Assert.Equal([16, 8], slots["embedder.positions"]);
        Assert.Equal([16, 8], slots["stages.1.blocks.0.branches.0.queryPositions"]);
        Assert.Equal([8], slots["stages.0.final.bias"]);
        Assert.Equal([2, 8], slots["stages.0.blocks.1.branches.0.shortcuts.0.down.weight"]);
        Assert.Equal([8, 2], slots["stages.0.blocks.1.branches.0.shortcuts.0.up.weight"]);
        Assert.Equal([3, 12], slots["stages.0.blocks.0.branches.1.series.scale"]);
        Assert.Equal([3, 12], slots["stages.0.blocks.0.branches.1.series.shift"]);
        Assert.Equal(Model().Slots().Count, slots.Count);
        Assert.Empty(Model().Validate());
    }

    [Fact]
    public void Json_LanguageParts_ReadBackEqual()
    {
        var json = Families.Write(Model());
        Assert.Equal(json.GetRawText(), Families.Write(Families.Read(json, "test")).GetRawText());
    }

    [Fact]
    public void Json_Defaults_AreLeftOut()
    {
        var plain = new ModelConfig(
            new TokenEmbedder { Width = 8, Vocabulary = 4 },
            new Backbone([new Blocks(8, 1, [new Block([new Branch(new Attention { QueryHeads = 2, HeadWidth = 4, Scope = new CausalScope(), Positions = new Rotary { Width = 4 } })])])]),
            new NextTokenHead());
        var text = Families.Write(plain).GetRawText();
        Assert.All(["queryFrom", "shortcuts", "convolution", "series", "final", "scaling", "amplitude"], word => Assert.DoesNotContain(word, text, StringComparison.OrdinalIgnoreCase));
        Assert.IsType<OwnTokens>(((Attention)((Backbone)Families.Read(Families.Write(plain), "test").Body).Stages[0].Cycle[0].Branches[0].Part).QueryFrom);
    }

    [Fact]
    public void Convolution_OfABranch_IsASlotCountedAndChecked()
    {
        var part = new Dense { Inner = 4, Activation = ActivationKind.Relu };
        var branch = new Branch(part, Norm, Convolution: new ShortConvolution(3));
        Assert.Equal([3, 8], Assert.Single(branch.Slots("branch", 8), slot => slot.Name == "branch.convolution").Shape);
        Assert.Equal(2.0 * 10 * 8 * 3, branch.ForwardFlops(8, 10) - new Branch(part).ForwardFlops(8, 10));
        Assert.Empty(branch.Validate("branch", 8));
        Assert.Contains("branch.convolution.length", Assert.Single((branch with { Convolution = new ShortConvolution(0) }).Validate("branch", 8)), StringComparison.Ordinal);
        var model = Model() with { Body = new Backbone([new Blocks(8, 1, [new Block([branch])])]) };
        Assert.Equal(Families.Write(model).GetRawText(), Families.Write(Families.Read(Families.Write(model), "test")).GetRawText());
    }

    [Fact]
    public void ForwardFlops_Shortcuts_Count()
    {
        var part = new Dense { Inner = 4, Activation = ActivationKind.Relu };
        Assert.Equal(4.0 * 10 * 8 * 2, new Branch(part, Shortcuts: [new Shortcut(4, ActivationKind.Gelu)]).ForwardFlops(8, 10) - new Branch(part).ForwardFlops(8, 10));
    }

    [Theory]
    [InlineData("shortcuts[0].reduction", 3, 1, 16)]
    [InlineData("series.terms", 4, 0, 16)]
    [InlineData("queryFrom.count", 4, 1, 0)]
    public void Validate_SettingsThatDoNotFit_AreNamed(string path, int reduction, int terms, int rows)
    {
        var attention = new Attention { QueryHeads = 1, HeadWidth = 8, Scope = new CausalScope(), QueryFrom = new PositionQueries(rows) };
        var model = Model() with
        {
            Body = new Backbone([new Blocks(8, 1, [new Block([new Branch(attention, Shortcuts: [new Shortcut(reduction, ActivationKind.Gelu)]), new Branch(new Dense { Inner = 4, Activation = ActivationKind.Silu, Series = new ActivationSeries(terms) })])])]),
        };
        Assert.Contains(path, Assert.Single(model.Validate()), StringComparison.Ordinal);
    }

    [Fact]
    public void Frequencies_Linear_AreDivided()
    {
        var plain = new Rotary { Width = 8, Base = 10_000 };
        Assert.Equal([1, 0.1, 0.01, 0.001], plain.Frequencies(), (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal(plain.Frequencies().Select(frequency => frequency / 4), (plain with { Scaling = new LinearRopeScaling { Factor = 4 } }).Frequencies());
    }

    [Fact]
    public void Frequencies_Llama3_KeepShortWavelengthsAndStretchLongOnes()
    {
        var plain = new Rotary { Width = 32, Base = 500_000 };
        var scaled = plain with { Scaling = new Llama3RopeScaling { Factor = 8, OriginalPositions = 16, LowFrequencyFactor = 1, HighFrequencyFactor = 4 } };
        var (before, after) = (plain.Frequencies(), scaled.Frequencies());

        // Wavelength 2 pi is above 16 / 4 and below 16: mixed by (16 / (2 pi) - 1) / 3. The longest are divided by 8.
        var kept = ((16 / (2 * Math.PI)) - 1) / 3;
        Assert.Equal(((1 - kept) / 8) + kept, after[0], 1e-15);
        Assert.Equal(before[15] / 8, after[15]);
        var far = plain with { Scaling = new Llama3RopeScaling { Factor = 8, OriginalPositions = 8192, LowFrequencyFactor = 1, HighFrequencyFactor = 4 } };
        Assert.Equal(before[0], far.Frequencies()[0]);
        Assert.Equal(1, scaled.Amplitude);
    }

    [Fact]
    public void Frequencies_Yarn_RampBetweenPairs()
    {
        var plain = new Rotary { Width = 32, Base = 10_000 };
        var yarn = new YarnRopeScaling { Factor = 4, OriginalPositions = 32, BetaFast = 8 };
        var (before, after) = (plain.Frequencies(), (plain with { Scaling = yarn }).Frequencies());

        // c(8) = 32 ln(32 / (16 pi)) / (2 ln 10000) < 0 -> 0; c(1) = 32 ln(32 / (2 pi)) / (2 ln 10000) = 2.83 -> 3.
        Assert.Equal(before[0], after[0]);
        Assert.Equal((before[1] / 4 / 3) + (before[1] * 2 / 3), after[1], 1e-15);
        Assert.Equal(before[3] / 4, after[3]);
        Assert.Equal((0.1 * Math.Log(4)) + 1, (plain with { Scaling = yarn }).Amplitude, 1e-15);
        Assert.Equal(2, (plain with { Scaling = yarn with { AttentionFactor = 2 } }).Amplitude);
        Assert.Equal(1, YarnRopeScaling.MagnitudeOf(0.5, 1));
        Assert.NotEqual(after[1], (plain with { Scaling = yarn with { Truncate = false } }).Frequencies()[1]);
    }

    private static ModelConfig Model()
    {
        var attention = new Attention
        {
            QueryHeads = 2,
            HeadWidth = 4,
            Scope = new CausalScope { Window = 4 },
            Positions = new Rotary { Width = 4, Scaling = new YarnRopeScaling { Factor = 2, OriginalPositions = 8, AttentionFactor = 1.5 } },
        };
        var dense = new Dense { Inner = 12, Activation = ActivationKind.Silu, Gated = true, Series = new ActivationSeries(3) };
        return new ModelConfig(
            new TokenEmbedder { Width = 8, Vocabulary = 5, Positions = 16 },
            new Backbone(
            [
                new Blocks(8, 2, [new Block([new Branch(attention, Norm, Shortcuts: [new Shortcut(4, ActivationKind.Gelu)]), new Branch(dense, Norm)])], Norm),
                new Blocks(8, 1, [new Block([new Branch(attention with { QueryFrom = new PositionQueries(16) }, Norm)])]),
            ]),
            new NextTokenHead { Tied = true });
    }
}
