using Pangu.Core;
using Pangu.Data.Splits;
using Pangu.Evaluation.Prediction;
using Pangu.Modalities.Series;

namespace Pangu.Baselines;

/// <summary>Prints one Markdown row a forecaster.</summary>
internal sealed class ResultTable(ScaledSeries series, DataSplits splits, int horizon)
{
    public void Begin(string name)
    {
        Console.WriteLine($"\n### {name}, horizon {horizon}\n");
        Console.WriteLine("| forecaster | seconds to fit | choice half | validation | gate half | test MSE | test MAE | coverage on test |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
    }

    public void Add(string label, double? seconds, IForecaster forecaster, int? windows)
    {
        ForecastReport On(RowRange range) => new ForecastTask { Range = range, Horizon = horizon, MaxWindows = windows }.Evaluate(forecaster, series);
        var test = On(splits.Test);
        Console.WriteLine($"| {label} | {seconds:F1} | {On(splits.Choice).MeanSquaredError:F4} | {On(splits.Validation).MeanSquaredError:F4} | {On(splits.Gate).MeanSquaredError:F4} | {test.MeanSquaredError:F4} | {test.MeanAbsoluteError:F4} | {test.Coverage:F3} |");
    }
}
