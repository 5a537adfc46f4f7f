using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;
using Pangu.Core;
using Pangu.Modalities.Series;

namespace Pangu.Evaluation.Prediction.Boosting;

/// <summary>Trains the gradient boosting baseline: LightGBM where its native library loads, ML.NET's FastTree elsewhere.</summary>
/// <remarks>
/// LightGBM links the system's OpenMP runtime, libtorch brings a renamed copy of its own: two pools of threads in one process. With one thread, the default, LightGBM starts no pool.
/// </remarks>
public static class BoostedTraining
{
    /// <summary>Trains on windows of the training part.</summary>
    /// <param name="series">The data and its scale.</param>
    /// <param name="training">Rows whose windows are learned.</param>
    /// <param name="settings">How.</param>
    /// <param name="withLightGbm">Whether LightGBM is tried. Default true.</param>
    /// <returns>The forecaster.</returns>
    /// <exception cref="PanguException">The training part is shorter than context and horizon.</exception>
    public static BoostedForecaster Train(ScaledSeries series, RowRange training, BoostedSettings settings, bool withLightGbm = true)
    {
        var inputs = new BoostedInputs(settings.Season);
        var windows = training.Count - inputs.Context - settings.Horizon + 1;
        if (windows < 1)
        {
            throw PanguException.Usage("too-few-rows", $"the training part has {training.Count} rows; boosting with a season of {settings.Season} needs {inputs.Context} of history and {settings.Horizon} ahead. Use more rows or a shorter season.");
        }

        var context = new MLContext(settings.Seed);
        var definition = SchemaDefinition.Create(typeof(BoostedRow));
        definition[nameof(BoostedRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, BoostedInputs.Count);
        var data = context.Data.LoadFromEnumerable(Rows(series, training, settings, inputs, windows), definition);
        var (name, model) = Fit(context, data, settings, withLightGbm);
        return new BoostedForecaster(name, context, model, definition, inputs, series, settings.Horizon);
    }

    private static (string Name, ITransformer Model) Fit(MLContext context, IDataView data, BoostedSettings settings, bool withLightGbm)
    {
        if (withLightGbm)
        {
            try
            {
                var trainer = context.Regression.Trainers.LightGbm(new LightGbmRegressionTrainer.Options
                {
                    NumberOfIterations = settings.Trees,
                    NumberOfLeaves = settings.Leaves,
                    MinimumExampleCountPerLeaf = settings.RowsALeaf,
                    LearningRate = settings.LearningRate,
                    NumberOfThreads = settings.Threads,
                    Seed = settings.Seed,
                    Deterministic = true,
                    Silent = true,
                });
                return ("lightgbm", trainer.Fit(data));
            }
            catch (Exception exception) when (exception is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException or BadImageFormatException)
            {
                // No native library for this system: the managed trainer below is named in the result.
            }
        }

        var fallback = context.Regression.Trainers.FastTree(new FastTreeRegressionTrainer.Options
        {
            NumberOfTrees = settings.Trees,
            NumberOfLeaves = settings.Leaves,
            MinimumExampleCountPerLeaf = settings.RowsALeaf,
            LearningRate = settings.LearningRate,
            NumberOfThreads = settings.Threads,
            Seed = settings.Seed,
        });
        return ("fasttree", fallback.Fit(data));
    }

    private static List<BoostedRow> Rows(ScaledSeries series, RowRange training, BoostedSettings settings, BoostedInputs inputs, int windows)
    {
        var filled = Array.ConvertAll(series.Scaled, row => Gaps.Filled(row.AsSpan(training.Start, training.Count), 0));
        var random = new Seeds((ulong)settings.Seed).For("boosting-rows");
        var count = (int)Math.Min(settings.Rows, (long)windows * series.Channels * settings.Horizon);
        var rows = new List<BoostedRow>(count);
        for (var index = 0; index < count; index++)
        {
            var channel = index % series.Channels;
            var origin = inputs.Context + (int)((long)windows * index / count);
            var step = random.NextInt(settings.Horizon);
            var features = new float[BoostedInputs.Count];
            var history = filled[channel].AsSpan(origin - inputs.Context, inputs.Context);
            var reference = inputs.WriteWindow(history, channel, features);
            inputs.WriteStep(history, step, reference, features);
            rows.Add(new BoostedRow { Features = features, Label = filled[channel][origin + step] - reference });
        }

        return rows;
    }
}
