namespace Pangu.Training;

/// <summary>Which optimizer moves which weights.</summary>
public sealed record OptimizerOptions
{
    /// <summary>AdamW: all weights, or those that <see cref="Muon"/> leaves.</summary>
    public required AdamWOptions AdamW { get; init; }

    /// <summary>Muon for the matrices of the body (and, where it says so, of the embedder); null leaves all weights to AdamW. Default none.</summary>
    public MuonOptions? Muon { get; init; }

    internal IEnumerable<string> Validate(string path) => [.. AdamW.Validate($"{path}.adamW"), .. Muon?.Validate($"{path}.muon") ?? []];
}

/// <summary>Settings of AdamW (Loshchilov and Hutter 2019).</summary>
/// <param name="LearningRate">Peak rate.</param>
public sealed record AdamWOptions(double LearningRate)
{
    /// <summary>Memory of the first moment. Default 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Memory of the second moment. Default 0.95.</summary>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>Added to the root of the second moment. Default 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled decay, a share of the rate, of weights with two dimensions or more. Default 0.</summary>
    public double WeightDecay { get; init; }

    internal IEnumerable<string> Validate(string path) =>
    [
        .. TrainingOptions.Require(LearningRate is >= 0 and < double.PositiveInfinity, $"{path}.learningRate is {LearningRate}; it must be 0 or more"),
        .. TrainingOptions.Require(Beta1 is >= 0 and < 1 && Beta2 is >= 0 and < 1, $"{path} has beta1 {Beta1} and beta2 {Beta2}; both must be at least 0 and below 1"),
        .. TrainingOptions.Require(Epsilon > 0, $"{path}.epsilon is {Epsilon}; it must be above 0"),
        .. TrainingOptions.Require(WeightDecay is >= 0 and < double.PositiveInfinity, $"{path}.weightDecay is {WeightDecay}; it must be 0 or more"),
    ];
}

/// <summary>Settings of Muon (Jordan et al. 2024): momentum whose direction is orthogonalised.</summary>
/// <param name="LearningRate">Peak rate.</param>
public sealed record MuonOptions(double LearningRate)
{
    /// <summary>Memory of the momentum. Default 0.95.</summary>
    public double Momentum { get; init; } = 0.95;

    /// <summary>Whether the step looks one gradient ahead (Nesterov). Default true.</summary>
    public bool Nesterov { get; init; } = true;

    /// <summary>Decoupled decay, a share of the rate. Default 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Whether the embedder's linear layers are Muon's as well: right for patches of numbers, wrong for tables of tokens. Default false.</summary>
    public bool Embedder { get; init; }

    /// <summary>The orthogonalisation.</summary>
    public NewtonSchulz Orthogonalisation { get; init; } = new();

    internal IEnumerable<string> Validate(string path) =>
    [
        .. TrainingOptions.Require(LearningRate is >= 0 and < double.PositiveInfinity, $"{path}.learningRate is {LearningRate}; it must be 0 or more"),
        .. TrainingOptions.Require(Momentum is >= 0 and < 1, $"{path}.momentum is {Momentum}; it must be at least 0 and below 1"),
        .. TrainingOptions.Require(WeightDecay is >= 0 and < double.PositiveInfinity, $"{path}.weightDecay is {WeightDecay}; it must be 0 or more"),
        .. TrainingOptions.Require(Orthogonalisation.Iterations >= 1, $"{path}.orthogonalisation.iterations is {Orthogonalisation.Iterations}; it must be at least 1"),
    ];
}
