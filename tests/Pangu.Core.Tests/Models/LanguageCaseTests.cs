using System.Runtime.InteropServices;

namespace Pangu.Core.Tests;

public sealed class LanguageCaseTests
{
    private static readonly RmsNorm Norm = new() { Epsilon = 1e-6 };

    private static readonly ModelConfig Model = new(
        new TokenEmbedder { Width = 2, Vocabulary = 4, Positions = 8 },
        new Backbone(
            [
                new Blocks(2, 2, [new Block([new Branch(Attention(), Norm), new Branch(Experts(), Norm)])], Norm),
                new Blocks(2, 1, [new Block([new Branch(Attention() with { QueryFrom = new PositionQueries(8) }, Norm)])]),
            ]),
        new NextTokenHead { Tied = true });

    [Fact]
    public void Read_RowsWithPads_AreCutToTheirTokens()
    {
        var rows = LanguageCase.Read(Model, Inputs([1, 2, 3, 0, 0, 3, 1, 2], [1, 1, 1, 1, 0, 0, 1, 1], [0, 1, 2, 3, 0, 0, 0, 1])).Rows;
        Assert.Equal([1, 2, 3, 0], rows[0].Ids);
        Assert.Equal([1, 2], rows[1].Ids);
        Assert.Equal((0, 2), (rows[0].Start, rows[1].Start));
    }

    [Theory]
    [InlineData("position_ids", new long[] { 1, 2, 3, 0 }, new long[] { 1, 1, 1, 1 }, new long[] { 0, 1, 2, 4 })]
    [InlineData("attention_mask", new long[] { 1, 2, 3, 0 }, new long[] { 1, 0, 1, 1 }, new long[] { 0, 0, 1, 2 })]
    [InlineData("attention_mask", new long[] { 1, 2, 3, 0 }, new long[] { 0, 0, 0, 0 }, new long[] { 0, 0, 0, 0 })]
    [InlineData("input_ids", new long[] { 1, 2, 4, 0 }, new long[] { 1, 1, 1, 1 }, new long[] { 0, 1, 2, 3 })]
    public void Read_WhatCannotBeHonoured_IsRefusedByName(string name, long[] ids, long[] mask, long[] places)
    {
        var exception = Assert.Throws<PanguException>(() => LanguageCase.Read(Model, Inputs(ids, mask, places)));
        Assert.Equal("verify-input", exception.Code);
        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MoreTokensThanPositions_IsRefused() =>
        Assert.Contains("8 rows", Assert.Throws<PanguException>(() => LanguageCase.Read(Model, new Dictionary<string, TensorData> { ["input_ids"] = Whole(new long[9], 1, 9) })).Message, StringComparison.Ordinal);

    [Fact]
    public void TapNames_Outputs_AreTheBackbonesPlaces()
    {
        var language = LanguageCase.Read(Model, Inputs([1, 2, 3, 0], [1, 1, 1, 1], [0, 1, 2, 3]));
        Assert.Equal(["stages.0.blocks.0.input"], language.TapNames(["hidden_states.0"]));
        Assert.Equal(["stages.0.blocks.1.output"], language.TapNames(["hidden_states.2"]));
        Assert.Equal(["body.output"], language.TapNames(["hidden_states.3"]));
        Assert.Equal(["stages.0.blocks.1.branches.1.router.logits"], language.TapNames(["router_logits.1"]));
        Assert.Equal(["stages.1.blocks.0.input"], language.TapNames(["query_layer_input"]));
        Assert.Empty(language.TapNames(["hidden_states.4", "hidden_states.x", "router_logits.2", "logits", "greedy_ids"]));
    }

    [Fact]
    public void Outputs_Rows_StandAtTheirPlacesAmongZeros()
    {
        var language = LanguageCase.Read(Model, Inputs([1, 2, 3, 0, 3, 0], [1, 1, 1, 0, 1, 1], [0, 1, 2, 0, 0, 1], positions: 3));
        var result = new LanguageCaseResult(
            [
                new LanguageRowResult([0, 0, 0, 0, 1, 0, 0, 2, 5, 5, 5, 5], new Dictionary<string, TensorData> { ["body.output"] = TensorData.Of([1, 2, 3, 4, 5, 6], 1, 3, 2) }),
                new LanguageRowResult([1, 2, 3, 4, 5, 6, 7, 8], new Dictionary<string, TensorData> { ["body.output"] = TensorData.Of([7, 8, 9, 10], 2, 2) }),
            ],
            [3, 1]);
        var outputs = language.Outputs(result, ["logits", "hidden_states.3", "greedy_ids", "loss", "unheard"]);
        Assert.Equal(["greedy_ids", "hidden_states.3", "logits", "loss"], outputs.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([2L, 3, 4], outputs["logits"].Shape);
        Assert.Equal([0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8], outputs["logits"].ToSingles()[12..]);
        Assert.Equal([1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10], outputs["hidden_states.3"].ToSingles());
        Assert.Equal((ElementType.I64, 2L), (outputs["greedy_ids"].Type, outputs["greedy_ids"].Count));

        // Row 0 alone: token 2 given equal logits, then token 3 given logits 1, 0, 0, 2.
        var expected = (Math.Log(4) + Math.Log(Math.Exp(1) + 2 + Math.Exp(2)) - 2) / 2;
        Assert.Equal(expected, outputs["loss"].ToSingles()[0], 1e-6);
    }

    [Fact]
    public void Continue_EqualLogits_TakesTheFirst()
    {
        var seen = new List<int>();
        var made = LanguageCase.Continue([2], 3, ids =>
        {
            seen.Add(ids.Length);
            return ids.Length == 2 ? [0, 1, 1, 0] : [0, 0, 0, 1];
        });
        Assert.Equal([3, 1, 3], made);
        Assert.Equal([1, 2, 3], seen);
    }

    private static Attention Attention() => new() { QueryHeads = 1, HeadWidth = 2, Scope = new CausalScope() };

    private static Experts Experts() => new() { Router = new TopRouter(1, true), Count = 2, Expert = new Dense { Inner = 2, Activation = ActivationKind.Silu } };

    private static Dictionary<string, TensorData> Inputs(long[] ids, long[] mask, long[] places, int positions = 4) => new()
    {
        ["input_ids"] = Whole(ids, ids.Length / positions, positions),
        ["attention_mask"] = Whole(mask, ids.Length / positions, positions),
        ["position_ids"] = Whole(places, ids.Length / positions, positions),
    };

    private static TensorData Whole(long[] values, params long[] shape) => new(ElementType.I64, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
}
