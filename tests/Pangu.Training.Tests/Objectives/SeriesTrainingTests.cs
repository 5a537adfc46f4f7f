using Pangu.Core;
using Pangu.Data;
using Pangu.Data.Generated.Series;
using Pangu.Models;
using Pangu.Tensors;
using TorchSharp;

namespace Pangu.Training.Tests;

/// <summary>The whole way: generated series, batches made ahead, a real network, both optimizers, averaging, checkpoints.</summary>
public sealed class SeriesTrainingTests
{
    private const long Steps = 60;

    private static readonly SeriesBatchShape _shape = new(32, 1, TinySeriesModels.Context, TinySeriesModels.Horizon);

    private static readonly TrainingOptions _options = new()
    {
        Steps = Steps,
        Optimizer = new OptimizerOptions { AdamW = new AdamWOptions(3e-3), Muon = new MuonOptions(0.02) },
        Schedule = new CosineSchedule(Steps, Floor: 0.1) { WarmUp = new WarmUp(5) },
        Average = new AverageOptions(0.95),
        Checkpoints = new CheckpointOptions(EverySteps: 20),
    };

    [Fact]
    public void Run_GeneratedSeries_LossFalls()
    {
        using var run = new ForecastRun();
        var result = run.Train(_options);
        Assert.Equal(Steps, result.Losses.Count);
        var (first, last) = (result.Losses.Take(5).Average(entry => entry.Loss), result.Losses.TakeLast(10).Average(entry => entry.Loss));
        Assert.True(last < 0.85 * first, $"loss went from {first} to {last}");
    }

    [Fact]
    public void Run_KilledAndResumed_GivesTheBitsOfAnUninterruptedRun()
    {
        using var whole = new ForecastRun();
        var expected = whole.Train(_options);

        using var folder = new TemporaryFolder();
        using (var killed = new ForecastRun { Before = draw => { if (draw == 33) { throw new InvalidOperationException("killed"); } } })
        {
            Assert.Throws<InvalidOperationException>(() => killed.Train(_options, folder));
        }

        using var resumed = new ForecastRun();
        var result = resumed.Train(_options, folder);
        Assert.Equal(20, result.ResumedFromStep);
        Assert.Equal(expected.Losses, result.Losses);
        AssertSame(whole, resumed);
    }

    [Fact]
    public void Run_BFloat16_LearnsAsWellAndKeepsItsBitsOverAResume()
    {
        var objective = new ForecastObjectiveOptions { Dropout = 0.1, Precision = TrainingPrecision.BFloat16 };
        using var single = new ForecastRun();
        var inSingle = single.Train(_options);
        using var half = new ForecastRun { Objective = objective };
        var expected = half.Train(_options);
        Assert.NotEqual(inSingle.Losses, expected.Losses);
        Assert.Equal(inSingle.Losses.TakeLast(10).Average(entry => entry.Loss), expected.Losses.TakeLast(10).Average(entry => entry.Loss), 0.02);
        Assert.All(half.Model.Export().Values, tensor => Assert.Equal(ElementType.F32, tensor.Type));

        using var folder = new TemporaryFolder();
        using (var killed = new ForecastRun { Objective = objective, Before = draw => { if (draw == 33) { throw new InvalidOperationException("killed"); } } })
        {
            Assert.Throws<InvalidOperationException>(() => killed.Train(_options, folder));
        }

        using var resumed = new ForecastRun { Objective = objective };
        Assert.Equal(expected.Losses, resumed.Train(_options, folder).Losses);
        AssertSame(half, resumed);
    }

    [Fact]
    public void Run_NotANumberInOneBatch_GoesBackAndLeavesItOut()
    {
        using var run = new ForecastRun { Change = (draw, batch) => { if (draw == 41) { batch.Values[5] = float.NaN; batch.Observed[5] = true; } } };
        var result = run.Train(_options);
        var failure = Assert.Single(result.Failures);
        Assert.Equal((41L, 40L), (failure.Draw, failure.BackToStep));
        Assert.Equal(Steps, result.Losses.Count);
        Assert.All(result.Losses, entry => Assert.True(double.IsFinite(entry.Loss)));
        Assert.All(run.Model.Export().Values, tensor => Assert.All(tensor.ToSingles(), value => Assert.True(float.IsFinite(value))));
    }

    /// <summary>Other threads' allocations start collections in the middle of native calls: nothing that a call still uses may be finalised by them.</summary>
    [Fact]
    public void Run_WhileAnotherThreadAllocates_GivesTheSameBits()
    {
        using var quiet = new ForecastRun();
        var expected = quiet.Train(_options);

        using var noisy = new ForecastRun();
        var isOver = 0;
        var littering = new Thread(() =>
        {
            while (Volatile.Read(ref isOver) == 0)
            {
                for (var i = 0; i < 200; i++)
                {
                    _ = new byte[i * 50];
                }

                Thread.Yield();
            }
        });
        littering.Start();
        var result = noisy.Train(_options);
        Volatile.Write(ref isOver, 1);
        littering.Join();
        Assert.Equal(expected.Losses, result.Losses);
        AssertSame(quiet, noisy);
    }

    [Fact]
    public void Read_DeviationExponent_WeighsWindowsByTheirSpread()
    {
        var shape = new SeriesBatchShape(2, 1, 4, 2);
        var batch = new SeriesBatch(shape);
        batch.Window(0).Write(0, [1, -1, 1, -1], [0, float.NaN]);
        batch.Window(1).Write(0, [103, 97, 103, 97], [0, 0]);
        var targets = new ForecastTargets(shape, new ForecastLossOptions { DeviationExponent = 2 });
        Assert.Equal(1 + 9 + 9, targets.Read(batch), 1e-6);
        Assert.Equal([1f, 0, 9, 9], targets.Weights);
    }

    [Theory]
    [InlineData(SampleWeighting.Value)]
    [InlineData(SampleWeighting.Series)]
    public void Compute_MissingFutureAndConstantHistory_CountByTheRules(SampleWeighting weighting)
    {
        void Change(long draw, SeriesBatch batch)
        {
            batch.Future[3] = float.NaN;
            batch.Window(1).Values.Fill(7);
            batch.Window(1).Observed.Fill(true);
            batch.Window(2).Future.Fill(float.NaN);
        }

        var loss = new ForecastLossOptions { Weighting = weighting };
        using var run = new ForecastRun { Change = Change, Objective = new ForecastObjectiveOptions { Loss = loss } };
        using var objective = run.MakeObjective();
        using var scope = new StepScope();
        objective.SetTraining(false);
        var term = objective.Compute(new BatchPlace(0, 0, 0));
        Assert.Equal(weighting == SampleWeighting.Value ? (30 * TinySeriesModels.Horizon) - 1 : 30, term.Weight, 1e-6);
        Assert.Equal(run.PlainLoss(loss), term.Sum.ToSingle(), 1e-3 * term.Weight);
    }

    [Fact]
    public void ForecastObjective_OtherHorizon_IsRefused()
    {
        using var run = new ForecastRun { Shape = _shape with { Horizon = 5 } };
        Assert.Equal("objective-horizon", Assert.Throws<PanguException>(run.MakeObjective).Code);
    }

    [Fact]
    public void Run_MaskedPatches_LossFalls()
    {
        var seeds = new Seeds(4);
        using var model = TorchModel.Create(TinySeriesModels.Reconstructor(), seeds);
        var batches = new SampledBatches(new GeneratedWindows(new SeriesMixtureConfig()), _shape, seeds);
        var job = new TrainingJob
        {
            Work = "train reconstruction",
            Identity = "reconstruction",
            Options = _options,
            Weights = new TrainableWeights(model.Parameters, model.Statistics),
            Objective = new ReconstructionObjective(new SeriesNetwork(model), batches, dropout: 0.05, seeds),
            Seeds = seeds,
        };
        var result = new Trainer(job).Run(cancellation: TestContext.Current.CancellationToken);
        var (first, last) = (result.Losses.Take(5).Average(entry => entry.Loss), result.Losses.TakeLast(10).Average(entry => entry.Loss));
        Assert.True(last < 0.85 * first, $"loss went from {first} to {last}");
    }

    private static void AssertSame(ForecastRun expected, ForecastRun got)
    {
        var weights = expected.Model.Export();
        foreach (var (name, tensor) in got.Model.Export())
        {
            Assert.True(weights[name].Bytes.Span.SequenceEqual(tensor.Bytes.Span), $"{name} differs");
        }
    }

    /// <summary>One training of a tiny forecaster, with hooks on its batches.</summary>
    private sealed class ForecastRun : ISeriesBatches, IDisposable
    {
        private readonly Seeds _seeds = new(3);
        private BatchesAhead? _ahead;

        public ForecastRun() => Model = TorchModel.Create(TinySeriesModels.Forecaster(), _seeds);

        public TorchModel Model { get; }

        public Action<long> Before { get; init; } = _ => { };

        public Action<long, SeriesBatch> Change { get; init; } = (_, _) => { };

        public SeriesBatchShape Shape { get; init; } = _shape;

        public ForecastObjectiveOptions Objective { get; init; } = new() { Dropout = 0.1 };

        public ForecastObjective MakeObjective() => new(new SeriesNetwork(Model), this, Objective, _seeds);

        public TrainingResult Train(TrainingOptions options, TemporaryFolder? folder = null)
        {
            using var objective = MakeObjective();
            return new Trainer(new TrainingJob
            {
                Work = "train forecaster",
                Identity = "forecaster",
                Options = options,
                Weights = new TrainableWeights(Model.Parameters, Model.Statistics),
                Objective = objective,
                Seeds = _seeds,
                Checkpoints = folder is null ? null : new CheckpointStore(folder.File("checkpoints")),
            }).Run(cancellation: TestContext.Current.CancellationToken);
        }

        public SeriesBatch Get(long draw, int microBatch)
        {
            Before(draw);
            _ahead ??= new BatchesAhead(new SampledBatches(new HistoryLoss(new GeneratedWindows(new SeriesMixtureConfig()), new HistoryLossConfig(ShortestSteps: 16)), Shape, _seeds), microBatches: 1);
            var batch = _ahead.Get(draw, microBatch);
            Change(draw, batch);
            return batch;
        }

        /// <summary>The loss of the first batch, written out in plain C# from the network's scaled forecast.</summary>
        public double PlainLoss(ForecastLossOptions options)
        {
            using var scope = new StepScope(gradient: false);
            var batch = Get(0, 0);
            var observed = Array.ConvertAll(batch.Observed, seen => seen ? 1f : 0f);
            var forecast = new SeriesNetwork(Model).ForwardScaled(Operators.Of(batch.Values, Shape.Rows, 1, Shape.Context), Operators.Of(observed, Shape.Rows, 1, Shape.Context));
            var (steps, location, scale) = (Operators.ToArray(forecast.Steps), Operators.ToArray(forecast.Location), Operators.ToArray(forecast.Scale));
            double[] levels = [0.1, 0.5, 0.9];
            double total = 0;
            for (var series = 0; series < Shape.Rows; series++)
            {
                var future = batch.Future.AsSpan(series * Shape.Horizon, Shape.Horizon).ToArray();
                var present = future.Count(value => !float.IsNaN(value));
                for (var h = 0; h < Shape.Horizon && series != 1; h++)
                {
                    if (float.IsNaN(future[h]))
                    {
                        continue;
                    }

                    var target = Math.Clamp((future[h] - location[series]) / scale[series], -options.TargetLimit, options.TargetLimit);
                    var at = ((series * Shape.Horizon) + h) * 4;
                    var size = Math.Abs(target - steps[at]);
                    var value = size > 1 ? size - 0.5 : size * size / 2;
                    for (var level = 0; level < 3; level++)
                    {
                        var error = target - steps[at + 1 + level];
                        value += 2.0 / 3 * Math.Max(levels[level] * error, (levels[level] - 1) * error);
                    }

                    total += options.Weighting == SampleWeighting.Value ? value : value / present;
                }
            }

            return total;
        }

        public void Dispose()
        {
            _ahead?.Dispose();
            Model.Dispose();
        }
    }
}
