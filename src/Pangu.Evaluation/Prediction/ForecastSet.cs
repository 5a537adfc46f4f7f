using Pangu.Core;

namespace Pangu.Evaluation.Prediction;

/// <summary>Forecasts of all windows of a task kept in memory, in scaled units: what blends and intervals are fitted on. Legend: <c>W</c> windows, <c>C</c> channels, <c>H</c> horizon, <c>Q</c> quantiles.</summary>
public sealed class ForecastSet : IForecastConsumer
{
    /// <summary>Makes room for a task's windows.</summary>
    /// <param name="windows">W.</param>
    /// <param name="channels">C.</param>
    /// <param name="horizon">H.</param>
    /// <param name="levels">Quantile levels to keep; empty for none.</param>
    public ForecastSet(int windows, int channels, int horizon, IReadOnlyList<double> levels)
    {
        Windows = windows;
        Channels = channels;
        Horizon = horizon;
        Levels = levels;
        Truth = new float[windows * channels * horizon];
        Mean = new float[Truth.Length];
        Quantiles = new float[Truth.Length * levels.Count];
    }

    /// <summary>W.</summary>
    public int Windows { get; }

    /// <summary>C.</summary>
    public int Channels { get; }

    /// <summary>H.</summary>
    public int Horizon { get; }

    /// <summary>Quantile levels, ascending; may be empty.</summary>
    public IReadOnlyList<double> Levels { get; }

    /// <summary>[W, C, H] row-major, NaN where missing.</summary>
    public float[] Truth { get; }

    /// <summary>[W, C, H] row-major.</summary>
    public float[] Mean { get; }

    /// <summary>[W, C, H, Q] row-major.</summary>
    public float[] Quantiles { get; }

    /// <summary>Runs a task and keeps all its forecasts.</summary>
    /// <param name="task">Which windows.</param>
    /// <param name="forecaster">Who is asked.</param>
    /// <param name="series">The data and its scale.</param>
    /// <param name="withQuantiles">Whether quantiles are kept too. Default true.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>The forecasts.</returns>
    public static ForecastSet Collect(ForecastTask task, IForecaster forecaster, ScaledSeries series, bool withQuantiles = true, CancellationToken cancellationToken = default)
    {
        var set = new ForecastSet(task.Origins().Length, series.Channels, task.Horizon, withQuantiles ? forecaster.Traits.Quantiles : []);
        task.Run(forecaster, series, [set], cancellationToken);
        return set;
    }

    /// <inheritdoc/>
    public void Take(in ForecastWindow window)
    {
        window.Truth.CopyTo(Truth.AsSpan(window.Index * Channels * Horizon));
        window.Mean.CopyTo(Mean.AsSpan(window.Index * Channels * Horizon));
        if (Levels.Count > 0)
        {
            window.Quantiles.CopyTo(Quantiles.AsSpan(window.Index * Channels * Horizon * Levels.Count));
        }
    }

    /// <summary>Errors of everything kept.</summary>
    /// <returns>Errors by channel and step.</returns>
    public ForecastErrors Errors()
    {
        var errors = new ForecastErrors(Channels, Horizon, Levels);
        var size = Channels * Horizon;
        for (var window = 0; window < Windows; window++)
        {
            errors.Take(new ForecastWindow
            {
                Index = window,
                Origin = 0,
                Truth = Truth.AsSpan(window * size, size),
                Mean = Mean.AsSpan(window * size, size),
                Quantiles = Quantiles.AsSpan(window * size * Levels.Count, size * Levels.Count),
            });
        }

        return errors;
    }
}
