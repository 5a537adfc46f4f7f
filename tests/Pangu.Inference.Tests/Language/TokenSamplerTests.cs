using System.Text.Json;
using Pangu.Core;
using Pangu.Formats;

namespace Pangu.Inference.Tests.Language;

public sealed class TokenSamplerTests
{
    private static readonly string[] Known = ["temperature", "top_k", "top_p", "min_p"];

    [Theory]
    [InlineData("filters", 35)]
    [InlineData("combined", 8)]
    public void Distribute_GoldenCases_GiveTheProbabilitiesOfTheReference(string folder, int least)
    {
        var path = Outside.Golden($"sampling/{folder}");
        using var file = SafetensorsFile.Open(Path.Combine(path, "expected.safetensors"));
        var cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "expected.json"))).RootElement.GetProperty("cases").EnumerateArray()
            .Where(item => item.GetProperty("params").EnumerateObject().All(parameter => Known.Contains(parameter.Name))).ToList();
        Assert.True(cases.Count >= least, $"{cases.Count} cases.");
        foreach (var item in cases)
        {
            var parameters = item.GetProperty("params");
            var options = new SamplingOptions
            {
                Temperature = parameters.TryGetProperty("temperature", out var temperature) ? temperature.GetDouble() : 1,
                TopK = parameters.TryGetProperty("top_k", out var topK) ? topK.GetInt32() : 0,
                TopP = parameters.TryGetProperty("top_p", out var topP) ? topP.GetDouble() : 1,
                MinP = parameters.TryGetProperty("min_p", out var minP) ? minP.GetDouble() : 0,
            };
            var logits = file[item.GetProperty("logits").GetString()!].ToSingles();
            var probabilities = new float[logits.Length];

            new TokenSampler(options, logits.Length).Distribute(logits, probabilities);

            var what = $"{folder}, {item.GetProperty("id")}: {parameters}";
            Assert.True(item.GetProperty("kept").GetInt32() == probabilities.Count(probability => probability > 0), $"{what} kept {probabilities.Count(probability => probability > 0)}.");
            Compare.Close(file[item.GetProperty("probs").GetString()!].ToSingles(), probabilities, 1e-6, what);
        }
    }

    [Fact]
    public void Choose_ManyTimes_FollowsTheDistribution()
    {
        float[] logits = [1.2f, -0.5f, 0.3f, 2f, float.NegativeInfinity, 0.9f];
        var options = new SamplingOptions { Temperature = 0.9, TopP = 0.95, Seed = 4 };
        var sampler = new TokenSampler(options, logits.Length);
        var (counts, expected) = (new int[logits.Length], new float[logits.Length]);
        const int Draws = 40_000;
        for (var i = 0; i < Draws; i++)
        {
            counts[sampler.Choose(logits)]++;
        }

        sampler.Distribute(logits, expected);
        for (var id = 0; id < logits.Length; id++)
        {
            // Five standard deviations of a binomial share.
            var deviation = Math.Sqrt(expected[id] * (1 - expected[id]) / Draws);
            Assert.True(Math.Abs(((double)counts[id] / Draws) - expected[id]) <= (5 * deviation), $"token {id}: {counts[id]} of {Draws}, expected {expected[id]:P2}");
        }
    }

    [Fact]
    public void Choose_TheSameSeed_GivesTheSameTokens()
    {
        float[] logits = [.. Enumerable.Range(0, 50).Select(i => MathF.Sin(i))];
        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));

        int[] Draw(ulong seed)
        {
            var sampler = new TokenSampler(new SamplingOptions { Seed = seed }, 50);
            return [.. Enumerable.Range(0, 40).Select(_ => sampler.Choose(logits))];
        }
    }

    [Fact]
    public void Choose_TemperatureZero_TakesTheFirstOfTheGreatest() =>
        Assert.Equal(2, new TokenSampler(new SamplingOptions { Temperature = 0, TopK = 1 }, 5).Choose([0f, 1f, 3f, 2f, 3f]));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Choose_NoNumberAmongTheLogits_IsRefused(double temperature)
    {
        var sampler = new TokenSampler(new SamplingOptions { Temperature = temperature }, 4);
        Assert.Throws<PanguException>(() => sampler.Choose([float.NaN, float.NaN, float.NaN, float.NaN]));
        Assert.Throws<PanguException>(() => sampler.Choose([0f, float.PositiveInfinity, 1f, 1f]));
        Assert.Throws<PanguException>(() => sampler.Choose([float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity]));
    }
}
