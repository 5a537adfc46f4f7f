using Pangu.Core;
using Pangu.Evaluation.Language;

namespace Pangu.Evaluation.Tests.Language;

public sealed class PerplexityTests
{
    [Fact]
    public void Measure_Windows_DoNotOverlapAndLeaveTheirFirstTokenOut()
    {
        using var model = new Recording();
        var found = Perplexity.Measure(model, new[] { 0, 1, 2, 3, 4, 5, 6, 7 }, 3);
        Assert.Equal(["0 1 2", "3 4 5", "6 7"], model.Windows);

        // Each token costs its own id: 1, 2, 4, 5, 7.
        Assert.Equal((5, 19.0 / 5), (found.Tokens, found.MeanNegativeLogLikelihood));
        Assert.Equal(Math.Exp(19.0 / 5), found.Value);
    }

    [Fact]
    public void Measure_OneTokenLeftOver_IsLeftOut()
    {
        using var model = new Recording();
        Assert.Equal(2, Perplexity.Measure(model, new[] { 0, 1, 2, 3, 4 }, 2).Tokens);
        Assert.Equal(["0 1", "2 3"], model.Windows);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(4, 1)]
    public void Measure_NothingToForetell_IsRefused(int window, int tokens)
    {
        using var model = new Recording();
        Assert.Equal("perplexity-window", Assert.Throws<PanguException>(() => Perplexity.Measure(model, new int[tokens], window)).Code);
    }

    private sealed class Recording : ITextGenerator
    {
        public List<string> Windows { get; } = [];

        public TextGeneratorTraits Traits { get; } = new(8, null);

        public int[] Encode(string text) => throw new NotSupportedException();

        public string Decode(ReadOnlySpan<int> ids) => throw new NotSupportedException();

        public IEnumerable<TextPiece> Generate(TextRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public float[] Score(ReadOnlyMemory<int> ids, CancellationToken cancellationToken = default)
        {
            Windows.Add(string.Join(' ', ids.ToArray()));
            return [.. ids[1..].ToArray().Select(id => (float)id)];
        }

        public void Dispose()
        {
        }
    }
}
