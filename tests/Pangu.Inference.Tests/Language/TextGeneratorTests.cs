using System.Text;
using Pangu.Core;
using Pangu.Modalities.Text;

namespace Pangu.Inference.Tests.Language;

public sealed class TextGeneratorTests
{
    private static readonly SamplingOptions Warm = new() { Temperature = 1.3, Seed = 11 };

    [Fact]
    public void Generate_ARequest_StreamsTextIdsAndTheEnd()
    {
        using var generator = LanguageModels.Create(LanguageModels.All["plain"], LanguageModels.Tokenizer);
        var pieces = generator.Generate(new TextRequest { Prompt = "hello", MaxTokens = 40, Sampling = Warm }).ToList();

        var finish = Assert.Single(pieces, piece => piece.Finish is not null).Finish!;
        Assert.Same(finish, pieces[^1].Finish);
        Assert.Equal((FinishReason.Length, 5, 40), (finish.Reason, finish.PromptTokens, finish.CompletionTokens));
        Assert.True(finish.PromptTokensPerSecond > 0 && finish.DecodeTokensPerSecond > 0);
        Assert.Equal(40, pieces.Sum(piece => piece.Ids.Count));
        Assert.Equal(generator.Decode([.. pieces.SelectMany(piece => piece.Ids)]), Text(pieces));
    }

    [Fact]
    public void Generate_EqualRequestsAtOnce_GiveEqualTexts()
    {
        using var generator = LanguageModels.Create(LanguageModels.All["window"], LanguageModels.Tokenizer);
        string[] prompts = ["a", "the quick brown fox jumps over the lazy dog", "xyz"];
        var expected = prompts.Select(prompt => Ask(generator, prompt)).ToArray();
        Parallel.For(0, 24, i => Assert.Equal(expected[i % 3], Ask(generator, prompts[i % 3])));
        Assert.Equal(3, expected.Distinct().Count());
    }

    [Fact]
    public void Generate_StopTexts_EndTheAnswerBeforeThem()
    {
        using var generator = LanguageModels.Create(LanguageModels.All["plain"], LanguageModels.Tokenizer);
        var whole = Ask(generator, "hello");
        var stop = whole[10..13];
        var pieces = generator.Generate(new TextRequest { Prompt = "hello", MaxTokens = 60, Sampling = Warm, StopTexts = ["never, ", stop] }).ToList();

        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], Text(pieces));
        Assert.Equal(FinishReason.Stop, pieces[^1].Finish!.Reason);
        Assert.Equal(pieces.Sum(piece => piece.Ids.Count), pieces[^1].Finish!.CompletionTokens);
    }

    [Fact]
    public void Generate_StopIds_EndTheAnswerBeforeThem()
    {
        using var generator = LanguageModels.Create(LanguageModels.All["plain"], LanguageModels.Tokenizer);
        var whole = Ask(generator, "hello");
        var id = generator.Encode(whole[10..11])[0];
        var pieces = generator.Generate(new TextRequest { Prompt = "hello", MaxTokens = 60, Sampling = Warm, StopIds = [id] }).ToList();

        Assert.Equal(whole[..whole.IndexOf(whole[10], StringComparison.Ordinal)], Text(pieces));
        Assert.Equal(FinishReason.Stop, pieces[^1].Finish!.Reason);
        Assert.Equal(id, pieces[^1].Ids[^1]);
    }

    [Fact]
    public void Generate_ALearnedTableOfPositions_EndsWhereTheTableEnds()
    {
        using var generator = LanguageModels.Create(LanguageModels.All["positions"]);
        Assert.Equal(90, generator.Traits.MaxTokens);
        var pieces = generator.Generate(new TextRequest { PromptIds = LanguageModels.Ids(80), MaxTokens = 500 }).ToList();

        // 80 tokens of the prompt and 10 made ones are read; the 11th is made and not read.
        Assert.Equal((FinishReason.Length, 11), (pieces[^1].Finish!.Reason, pieces[^1].Finish!.CompletionTokens));
        Assert.Equal(90, generator.Score(LanguageModels.Ids(91)).Length);
        Assert.Equal("generate-length", Assert.Throws<PanguException>(() => generator.Generate(new TextRequest { PromptIds = LanguageModels.Ids(91) })).Code);
        Assert.Equal("score-window", Assert.Throws<PanguException>(() => generator.Score(LanguageModels.Ids(92))).Code);
    }

    [Fact]
    public void Generate_BytesOfSeveralByteCharacters_NeverGivesHalfACharacter()
    {
        // Tied and of one block, the model has all 256 bytes and repeats what it is told; temperature brings wild bytes.
        var model = LanguageModels.All["plain"] with { Embedder = new TokenEmbedder { Width = 32, Vocabulary = 256 } };
        using var generator = LanguageModels.Create(model, new ByteTokenizer());
        for (ulong seed = 0; seed < 5; seed++)
        {
            var pieces = generator.Generate(new TextRequest { Prompt = "盘古", MaxTokens = 100, Sampling = new SamplingOptions { Temperature = 2, Seed = seed } }).ToList();
            var bytes = pieces.SelectMany(piece => piece.Ids).Select(id => (byte)id).ToArray();
            Assert.Equal(Encoding.UTF8.GetString(bytes), Text(pieces));
            Assert.All(pieces, piece => Assert.False(piece.Text.Length > 0 && (char.IsLowSurrogate(piece.Text[0]) || char.IsHighSurrogate(piece.Text[^1]))));
        }
    }

    [Fact]
    public void Generate_ATokenizerWithFewerTokens_NeverChoosesTheOthers()
    {
        using var generator = LanguageModels.Create(LanguageModels.All["plain"], new CharacterTokenizer("abcde"));
        Assert.Equal(5, generator.Traits.Vocabulary);
        Assert.Equal(200, Ask(generator, "abc", 200).Length);
        Assert.Throws<PanguException>(() => LanguageModels.Create(LanguageModels.All["plain"], new ByteTokenizer()));
    }

    [Fact]
    public void Generate_NoTokens_GivesTheEndAlone()
    {
        using var generator = LanguageModels.Create(LanguageModels.All["plain"]);
        var piece = Assert.Single(generator.Generate(new TextRequest { PromptIds = [1, 2], MaxTokens = 0 }));
        Assert.Equal((FinishReason.Length, 2, 0), (piece.Finish!.Reason, piece.Finish.PromptTokens, piece.Finish.CompletionTokens));
    }

    [Fact]
    public void Generate_UnsoundRequests_AreRefusedAtOnce()
    {
        using var generator = LanguageModels.Create(LanguageModels.All["plain"]);
        var exception = Assert.Throws<PanguException>(() => generator.Generate(new TextRequest { MaxTokens = -1, StopTexts = [""], Sampling = new SamplingOptions { Temperature = -1, TopK = -1, TopP = 0, MinP = 2 } }));
        Assert.Equal(8, exception.Problems.Count);
        Assert.Throws<PanguException>(() => generator.Generate(new TextRequest { Prompt = "a", PromptIds = [1] }));
        Assert.Equal("tokenizer-none", Assert.Throws<PanguException>(() => generator.Generate(new TextRequest { Prompt = "a" })).Code);
        Assert.Equal("generate-prompt", Assert.Throws<PanguException>(() => generator.Generate(new TextRequest { PromptIds = [] })).Code);
        Assert.Equal("token-id", Assert.Throws<PanguException>(() => generator.Generate(new TextRequest { PromptIds = [LanguageModels.Vocabulary] })).Code);
        Assert.Equal("token-id", Assert.Throws<PanguException>(() => generator.Score(new[] { 0, -1 })).Code);
    }

    [Fact]
    public void Generate_MoreTokensThanMemoryHolds_IsRefused()
    {
        using var generator = LanguageModels.Create(LanguageModels.All["plain"]);
        var pieces = generator.Generate(new TextRequest { PromptIds = [1], MaxTokens = int.MaxValue });
        Assert.Equal("generate-memory", Assert.Throws<PanguException>(() => pieces.First()).Code);
    }

    [Fact]
    public void Generate_Cancelled_Stops()
    {
        using var generator = LanguageModels.Create(LanguageModels.All["plain"]);
        using var source = new CancellationTokenSource();
        var made = 0;
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (var piece in generator.Generate(new TextRequest { PromptIds = [1], MaxTokens = 1_000 }, source.Token))
            {
                made++;
                source.Cancel();
            }
        });
        Assert.Equal(1, made);
    }

    private static string Ask(TextGenerator generator, string prompt, int tokens = 60) => Text(generator.Generate(new TextRequest { Prompt = prompt, MaxTokens = tokens, Sampling = Warm }));

    private static string Text(IEnumerable<TextPiece> pieces) => string.Concat(pieces.Select(piece => piece.Text));
}
