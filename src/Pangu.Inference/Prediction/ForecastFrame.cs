namespace Pangu.Inference;

/// <summary>What one worker forecasts with. Legend: <c>N</c> rows of a piece, <c>H</c> horizon, <c>Q</c> quantiles, <c>L</c> context of the linear paths.</summary>
internal sealed class ForecastFrame
{
    /// <summary>Allocates.</summary>
    /// <param name="engine">The compiled model.</param>
    /// <param name="maxRows">N at most.</param>
    internal ForecastFrame(ForecastEngine engine, int maxRows)
    {
        MaxRows = maxRows;
        Network = engine.Network?.CreateFrame(maxRows);
        Steps = new float[checked(maxRows * (engine.Network?.Numbers ?? 0))];
        Scores = new float[checked(maxRows * engine.Linear.Context)];
        Path = new float[engine.Linear.Count > 0 ? checked(maxRows * engine.Head.Horizon) : 0];
    }

    /// <summary>N at most.</summary>
    internal int MaxRows { get; }

    /// <summary>Memory of the network; null when there is none.</summary>
    internal NetworkFrame? Network { get; }

    /// <summary>[N, H, 1 + Q]: the network's steps in scaled units, the mean first.</summary>
    internal float[] Steps { get; }

    /// <summary>[N, L]: z-scored histories.</summary>
    internal float[] Scores { get; }

    /// <summary>[N, H]: what one linear path gives.</summary>
    internal float[] Path { get; }
}
