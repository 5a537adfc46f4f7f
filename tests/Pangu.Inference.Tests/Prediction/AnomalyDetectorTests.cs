using Pangu.Core;
using Pangu.Formats;
using Pangu.Modalities.Series;

namespace Pangu.Inference.Tests.Prediction;

public sealed class AnomalyDetectorTests
{
    private const int Channels = 2;
    private const int Context = 6;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 3)]
    [InlineData(7, 2)]
    public void Detect_AnyStride_EqualsTheDefinition(int stride, int smoothing)
    {
        var config = Models.Line(Context, 4);
        var weights = Models.Weights(config);
        var preprocessor = Preprocessor(stride, smoothing);
        using var detector = AnomalyDetector.Create(config, weights, preprocessor);
        using var forecaster = Forecaster.Create(config, weights, preprocessor);
        const int Length = 200;
        var values = Models.Request(1, Channels, Length).Values.ToArray();
        values[150] += 50;

        var result = detector.Detect(new AnomalyRequest(values, Channels, Length), Token);

        Assert.Equal(Context, detector.Traits.Context);
        var own = new double[Length];
        Array.Fill(own, double.NaN);
        for (var start = Context; start < Length; start += stride)
        {
            var history = new float[Channels * Context];
            for (var channel = 0; channel < Channels; channel++)
            {
                values.AsSpan((channel * Length) + start - Context, Context).CopyTo(history.AsSpan(channel * Context));
            }

            var mean = forecaster.Forecast(new ForecastRequest(history, 1, Channels, Context, stride), Token).Mean;
            for (var step = 0; step < stride && start + step < Length; step++)
            {
                List<double> scores = [];
                for (var channel = 0; channel < Channels; channel++)
                {
                    var value = values[(channel * Length) + start + step];
                    var expected = Math.Abs(value - mean[(channel * stride) + step]) / (1.5 + channel) / (0.5 + channel);
                    var actual = result.ChannelScores[(channel * Length) + start + step];
                    Assert.Equal(float.IsNaN(value), float.IsNaN(actual));
                    if (!float.IsNaN(value))
                    {
                        Assert.Equal(expected, actual, 1e-3);
                        scores.Add(expected);
                    }
                }

                own[start + step] = scores.Count > 0 ? scores.Average() : double.NaN;
            }
        }

        for (var step = 0; step < Length; step++)
        {
            var expected = double.IsNaN(own[step]) ? double.NaN : own[Math.Max(0, step - smoothing + 1)..(step + 1)].Where(score => !double.IsNaN(score)).Average();
            Assert.Equal(double.IsNaN(expected), float.IsNaN(result.Scores[step]));
            if (!double.IsNaN(expected))
            {
                Assert.Equal(expected, result.Scores[step], 1e-3);
            }

            Assert.Equal(result.Scores[step] >= 2.5, result.Flags[step]);
        }

        Assert.True(result.Flags[150]);
        Assert.All(result.Scores[..Context], score => Assert.True(float.IsNaN(score)));
    }

    [Fact]
    public void Detect_SeriesShorterThanTheContext_ScoresNothing()
    {
        var config = Models.Line(Context, 4);
        using var detector = AnomalyDetector.Create(config, Models.Weights(config), Preprocessor(1, 1));
        var result = detector.Detect(new AnomalyRequest(new float[Channels * 3], Channels, 3), Token);
        Assert.All(result.Scores, score => Assert.True(float.IsNaN(score)));
        Assert.DoesNotContain(true, result.Flags);
    }

    [Fact]
    public void Load_PackageWithoutCalibration_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var config = Models.Line(Context, 4);
        var families = new ModelConfigJson(SeriesConfigTypes.Create());
        ModelPackage.Write(folder.File("good"), Family.Prediction, Capability.DetectAnomaly, config, Models.Weights(config), new Dictionary<string, string> { ["preprocessor.json"] = Preprocessor(2, 1).ToJson() }, families);
        ModelPackage.Write(folder.File("bad"), Family.Prediction, Capability.Forecast, config, Models.Weights(config), new Dictionary<string, string> { ["preprocessor.json"] = Models.Channels(2).ToJson() }, families);

        using var detector = AnomalyDetector.Load(folder.File("good"));
        Assert.Equal(2.5, detector.Traits.Threshold);
        Assert.Equal("anomaly-channels", Assert.Throws<PanguException>(() => detector.Detect(new AnomalyRequest(new float[30], 3, 10), Token)).Code);
        Assert.Equal("anomaly-shape", Assert.Throws<PanguException>(() => detector.Detect(new AnomalyRequest(new float[30], 2, 10), Token)).Code);
        Assert.Equal("anomaly-calibration", Assert.Throws<PanguException>(() => AnomalyDetector.Load(folder.File("bad"))).Code);
    }

    private static SeriesPreprocessor Preprocessor(int stride, int smoothing) => Models.Channels(Channels) with
    {
        Anomaly = new AnomalyCalibration { Stride = stride, Scales = [0.5, 1.5], Smoothing = smoothing, Threshold = 2.5, FalseAlarmRate = 0.01 },
    };
}
