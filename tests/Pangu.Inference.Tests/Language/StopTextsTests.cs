using Pangu.Core;

namespace Pangu.Inference.Tests.Language;

public sealed class StopTextsTests
{
    [Theory]
    [InlineData("one two three", "", "one two three")]
    [InlineData("one two three", "two", "one ")]
    [InlineData("one two three", "three", "one two ")]
    [InlineData("one two three", "four", "one two three")]
    [InlineData("aaab", "aab", "a")]
    [InlineData("ababac", "abac", "ab")]
    [InlineData("hello", "hello!|lo", "hel")]
    [InlineData("x\n\ny", "\n\n", "x")]
    public void Next_PiecesOfAnyLength_EndBeforeTheFirstStopText(string text, string stops, string expected)
    {
        string[] texts = stops.Split('|', StringSplitOptions.RemoveEmptyEntries);
        for (var length = 1; length <= text.Length; length++)
        {
            var scanner = new StopTexts(texts);
            var given = "";
            for (var start = 0; start < text.Length; start += length)
            {
                given += scanner.Next(text[start..Math.Min(text.Length, start + length)]);
                Assert.StartsWith(given, expected, StringComparison.Ordinal);
            }

            Assert.Equal(texts.Any(stop => text.Contains(stop, StringComparison.Ordinal)), scanner.Found);
            Assert.Equal(expected, given + scanner.End());
        }
    }

    [Fact]
    public void Next_ManyRandomTexts_GiveWhatASearchInTheWholeGives()
    {
        var random = new RandomStream(3);
        for (var round = 0; round < 500; round++)
        {
            var text = Letters(random, 1 + random.NextInt(30));
            string[] stops = [.. Enumerable.Range(0, 1 + random.NextInt(3)).Select(_ => Letters(random, 1 + random.NextInt(4)))];
            var first = stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(index => index >= 0).DefaultIfEmpty(-1).Min();

            // Pieces of one letter: the first stop text that is whole ends the text, at its earliest place.
            var scanner = new StopTexts(stops);
            var given = "";
            foreach (var letter in text)
            {
                given += scanner.Next(letter.ToString());
            }

            given += scanner.End();
            Assert.Equal(first >= 0, scanner.Found);
            Assert.StartsWith(given, text, StringComparison.Ordinal);
            Assert.True(first < 0 ? given == text : given.Length >= first && stops.All(stop => !given.Contains(stop, StringComparison.Ordinal)), $"{text}: {string.Join(", ", stops)} gave {given}");
        }
    }

    private static string Letters(RandomStream random, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.NextInt(2))));
}
