using Pangu.Core;
using Pangu.Inference.Tests.Prediction;

namespace Pangu.Inference.Tests.Language;

public sealed class TokenSessionTests
{
    public static TheoryData<string> Names => [.. LanguageModels.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_TokenByToken_GivesTheLogitsOfOnePass(string name)
    {
        var network = Network(name);
        var ids = LanguageModels.Ids(70);
        var expected = new float[ids.Length * LanguageModels.Vocabulary];
        new TokenSession(network, ids.Length, ids.Length).ReadAll(ids, expected, null);
        Assert.All(expected, logit => Assert.True(float.IsFinite(logit)));

        var session = new TokenSession(network, ids.Length);
        for (var i = 0; i < ids.Length; i++)
        {
            session.Read(ids[i]);
            Compare.Close(expected.AsSpan(i * LanguageModels.Vocabulary, LanguageModels.Vocabulary), session.Logits, 2e-5, $"{name}, token {i}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_APromptInPieces_GivesTheLogitsOfOnePass(string name)
    {
        var network = Network(name);
        var ids = LanguageModels.Ids(83);
        var expected = new float[ids.Length * LanguageModels.Vocabulary];
        new TokenSession(network, ids.Length, ids.Length).ReadAll(ids, expected, null);

        foreach (var maxRows in (int[])[7, 32, 83])
        {
            var session = new TokenSession(network, 90, maxRows);
            session.Read(ids, CancellationToken.None);
            Compare.Close(expected.AsSpan(^LanguageModels.Vocabulary..), session.Logits, 2e-5, $"{name}, pieces of {maxRows}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_AnotherTokenLater_LeavesEarlierLogitsAlone(string name)
    {
        var network = Network(name);
        var ids = LanguageModels.Ids(40);
        var (before, after) = (new float[ids.Length * LanguageModels.Vocabulary], new float[ids.Length * LanguageModels.Vocabulary]);
        new TokenSession(network, ids.Length, ids.Length).ReadAll(ids, before, null);
        ids[25] = (ids[25] + 1) % LanguageModels.Vocabulary;
        new TokenSession(network, ids.Length, ids.Length).ReadAll(ids, after, null);

        var seen = 25 * LanguageModels.Vocabulary;
        Compare.Close(before.AsSpan(0, seen), after.AsSpan(0, seen), 1e-6, name);
        Assert.NotEqual(before[seen..], after[seen..]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_AHundredTokens_AllocatesNothing(string name)
    {
        // The 90 rows of learned positions are fewer than the tokens read here; 4 warm up, 80 count.
        var network = Network(name);
        var session = new TokenSession(network, 90);
        var sampler = new TokenSampler(new SamplingOptions { Temperature = 0.8, TopK = 20, TopP = 0.9, MinP = 0.01 }, network.Vocabulary);
        session.Read(LanguageModels.Ids(4), CancellationToken.None);
        Decode(session, sampler, 4);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 2; round++)
        {
            session.Clear();
            session.Read(1);
            Decode(session, sampler, 80);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Score_AWindow_IsWhatTheLogitsSay(string name)
    {
        var network = Network(name);
        var ids = LanguageModels.Ids(91);
        var logits = new float[90 * LanguageModels.Vocabulary];
        new TokenSession(network, 90, 90).ReadAll(ids.AsSpan(0, 90), logits, null);
        var scores = new float[90];
        new TokenSession(network, 90, 32).Score(ids, scores, CancellationToken.None);

        for (var i = 0; i < 90; i++)
        {
            var row = logits[(i * LanguageModels.Vocabulary)..((i + 1) * LanguageModels.Vocabulary)];
            Assert.Equal(Math.Log(row.Sum(logit => Math.Exp(logit))) - row[ids[i + 1]], scores[i], 3e-5);
        }
    }

    [Fact]
    public void Clear_ASessionUsedBefore_GivesTheSameAgain()
    {
        var network = Network("window");
        var session = new TokenSession(network, 64);
        session.Read(LanguageModels.Ids(50, seed: 9), CancellationToken.None);
        session.Clear();
        session.Read(LanguageModels.Ids(20), CancellationToken.None);
        var fresh = new TokenSession(network, 64);
        fresh.Read(LanguageModels.Ids(20), CancellationToken.None);
        Assert.Equal(fresh.Logits.ToArray(), session.Logits.ToArray());
    }

    [Fact]
    public void Of_AttentionThatSeesWhatComesLater_IsRefused()
    {
        var model = LanguageModels.Model([new Block([LanguageModels.Branch(LanguageModels.Attention() with { Scope = new FullScope() })])]);
        var exception = Assert.Throws<PanguException>(() => CompiledTokenNetwork.Of(model, Models.Weights(model)));
        Assert.Equal("language-causal", exception.Code);
    }

    private static CompiledTokenNetwork Network(string name)
    {
        var model = LanguageModels.All[name];
        Assert.Empty(model.Validate());
        return CompiledTokenNetwork.Of(model, Models.Weights(model));
    }

    private static void Decode(TokenSession session, TokenSampler sampler, int tokens)
    {
        for (var i = 0; i < tokens; i++)
        {
            session.Read(sampler.Choose(session.Logits));
        }
    }
}
