namespace Pangu.Evaluation.Prediction.Boosting;

/// <summary>How the boosted baseline is trained: budgets are counts, never seconds.</summary>
public sealed record BoostedSettings
{
    /// <summary>Steps to forecast.</summary>
    public required int Horizon { get; init; }

    /// <summary>Steps of the season whose phase the inputs follow.</summary>
    public required int Season { get; init; }

    /// <summary>Trees. Default 150.</summary>
    public int Trees { get; init; } = 150;

    /// <summary>Leaves a tree. Default 31, LightGBM's.</summary>
    public int Leaves { get; init; } = 31;

    /// <summary>Fewest rows of a leaf. Default 100: rows of overlapping windows are far from independent.</summary>
    public int RowsALeaf { get; init; } = 100;

    /// <summary>Shrinkage of each tree. Default 0.1, LightGBM's.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Most training rows (window, channel, step), drawn evenly over time. Default 100,000.</summary>
    public int Rows { get; init; } = 100_000;

    /// <summary>Threads of the trainer. Default 1: its OpenMP threads spin where processors are shared (measured on two busy cores: 8 s with one, over 78 s with two), and one thread leaves libtorch's alone.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Seed of the draw and of the trainer. Default 1.</summary>
    public int Seed { get; init; } = 1;
}
