using Pangu.Core;
using Pangu.Data;
using Pangu.Evaluation.Language;
using Pangu.Evaluation.Language.Baselines;

namespace Pangu.Evaluation.Tests.Language;

public sealed class NatsTests
{
    private const string Rhyme = "the cat sat on the mat and the rat ate the fat cat; at that the cat spat at the rat. the bat sat.\nhow that cat ran at the bat! and what a hat that the rat had on the mat.\n";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Probability_OfEveryCharacterAfterEveryContext_IsThatOfTheFormulas(int order)
    {
        var reference = new KneserNeyReference([Rhyme], Alphabet.Length, order);
        var model = KneserNeyModel.Fit(new TokenPart(TextOf(Rhyme)), Alphabet.Length, order);
        string[] contexts = ["", "t", "th", "e ca", "the ", "the cat s", "zz", "zthe", "t.\n", "q"];

        foreach (var context in contexts)
        {
            var total = 0.0;
            foreach (var next in Alphabet)
            {
                var probability = model.Probability(TextOf(context).Ids, Id(next));
                Assert.Equal(reference.Probability(context, next), probability, 1e-12);
                total += probability;
            }

            Assert.Equal(1, total, 1e-9);
        }
    }

    [Fact]
    public void Probability_OfSeveralDocuments_CountsNothingAcrossTheirBorder()
    {
        string[] documents = ["the cat sat.", "a cat ran at the rat.", "at", "the cat sat.", "the cab."];
        var text = TokenText.Of(string.Join('\n', documents) + "\n", "\n", each => TextOf(each).Ids);
        var reference = new KneserNeyReference([.. documents.Select(document => document + "\n")], Alphabet.Length, 4);
        var model = KneserNeyModel.Fit(new TokenPart(text), Alphabet.Length, 4);

        foreach (var context in new[] { "", "a", ".\n", "\nth", "cat", "at\n", " ca" })
        {
            Assert.All(Alphabet, next => Assert.Equal(reference.Probability(context, next), model.Probability(TextOf(context).Ids, Id(next)), 1e-12));
        }
    }

    /// <summary>An ordinary 5-gram of tiny-shakespeare must lie between what is known of the text: above what the best networks reach, far below unigrams (entropy of the characters, 3.32 nats).</summary>
    [Fact]
    public void Evaluate_BaselinesOnTinyShakespeare_AreWhereTheyMustBe()
    {
        var text = File.ReadAllText(Outside.Data("tinyshakespeare/input.txt"));
        var ids = Modalities.Text.CharacterTokenizer.Of(text).Encode(text);
        var splits = TextSplits.Of(ids.Length, 0.9, 0.1, "text");
        var tokens = new TokenText(ids, []);
        var task = new NatsTask { Part = new TokenPart(tokens, splits.Validation.Start, splits.Validation.End), Block = 64 };
        var train = new TokenPart(tokens, 0, splits.Train.End);

        var unigram = task.Evaluate(UnigramModel.Fit(train, 65));
        var fiveGram = task.Evaluate(KneserNeyModel.Fit(train, 65));

        Assert.Equal(111_539, unigram.Targets);
        Assert.InRange(unigram.Nats, 3.30, 3.36);
        Assert.InRange(fiveGram.Nats, 1.55, 1.75);
    }

    [Fact]
    public void Evaluate_UniformModel_IsTheLogarithmOfTheVocabulary()
    {
        var part = new TokenPart(TextOf(Rhyme));
        var report = new NatsTask { Part = part, Block = 10 }.Evaluate(new Recorder());

        Assert.Equal(Rhyme.Length - 1, report.Targets);
        Assert.Equal(Math.Log(27), report.Nats, 1e-6);
        Assert.Equal(10, report.ByPosition.Count);
    }

    /// <summary>Every token but the first of each document is asked for once, and no block reaches over a border.</summary>
    [Fact]
    public void Evaluate_DocumentsInAPart_CoversEveryTargetOnce()
    {
        var text = new TokenText([.. Enumerable.Range(0, 40)], [7, 8, 20]);
        var recorder = new Recorder();

        new NatsTask { Part = new TokenPart(text, 3, 33), Block = 5 }.Evaluate(recorder);

        Assert.Equal(Enumerable.Range(4, 29).Except([7, 8, 20]), recorder.Targets);
        Assert.Contains(new TextRange(8, 13), recorder.Blocks);
        Assert.Contains(new TextRange(18, 19), recorder.Blocks);
    }

    [Fact]
    public void Evaluate_PartWithoutATarget_IsAnError() =>
        Assert.Equal(ErrorKind.Usage, Assert.Throws<PanguException>(() => new NatsTask { Part = new TokenPart(TextOf("a")), Block = 4 }.Evaluate(new Recorder())).Kind);

    private static string Alphabet { get; } = new([.. Rhyme.Distinct().Order(), .. "zqx"]);

    private static int Id(char letter) => Alphabet.IndexOf(letter, StringComparison.Ordinal);

    private static TokenText TextOf(string text) => new([.. text.Select(Id)], []);

    private sealed class Recorder : ITokenScorer
    {
        public List<int> Targets { get; } = [];

        public List<TextRange> Blocks { get; } = [];

        public void Score(TokenPart part, TextRange block, Span<float> nats, CancellationToken cancellationToken)
        {
            Blocks.Add(block);
            Targets.AddRange(Enumerable.Range(block.Start + 1, block.Count));
            nats.Fill((float)Math.Log(27));
        }
    }
}
