using Pangu.Core;

namespace Pangu.Training;

/// <summary>Everything that changes while training: what a checkpoint holds.</summary>
internal sealed class TrainingState : IDisposable
{
    private const string ParameterPrefix = "parameters.";
    private const string StatisticPrefix = "statistics.";
    private const string AveragePrefix = "average.";
    private const string BestPrefix = "best.";

    private readonly string _identity;
    private readonly TrainableWeights _weights;
    private readonly OptimizerSet _optimizers;
    private Dictionary<string, TensorData>? _best;

    public TrainingState(TrainingJob job, string identity)
    {
        _identity = identity;
        _weights = job.Weights;
        var parameters = job.Weights.Ordered();
        Gradients = new Gradients(parameters);
        _optimizers = new OptimizerSet(parameters, Gradients, job.Options.Optimizer);
        Average = job.Options.Average is { } average ? new WeightAverage(parameters, average) : null;
        Log = new LossLog(job.Options.Guard.Window, job.Options.LogEverySteps);
    }

    public Gradients Gradients { get; }

    public WeightAverage? Average { get; }

    public LossLog Log { get; }

    public DataOrder Order { get; } = new();

    public long Step { get; set; }

    public long EmptySteps { get; set; }

    public bool StoppedEarly { get; set; }

    public List<TrainingFailure> Failures { get; } = [];

    public List<ValidationFigure> Validations { get; } = [];

    public void OptimizerStep(double share) => _optimizers.Step(share);

    public Checkpoint Snapshot()
    {
        var tensors = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        ExportWeights(tensors, string.Empty);
        _optimizers.Export(tensors);
        Average?.Export(tensors, AveragePrefix);
        Log.Export(tensors);
        foreach (var (name, tensor) in _best ?? [])
        {
            tensors.Add(name, tensor);
        }

        var progress = new TrainingProgress
        {
            Identity = _identity,
            Step = Step,
            SkippedDraws = [.. Order.Skipped],
            Failures = [.. Failures],
            Validations = [.. Validations],
            EmptySteps = EmptySteps,
            StoppedEarly = StoppedEarly,
        };
        return new Checkpoint(progress, tensors);
    }

    public void Restore(Checkpoint checkpoint)
    {
        var (progress, tensors) = checkpoint;
        ImportWeights(tensors, string.Empty);
        _optimizers.Import(tensors);
        Average?.Import(tensors, AveragePrefix);
        Log.Import(tensors);
        var best = tensors.Where(pair => pair.Key.StartsWith(BestPrefix, StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        _best = best.Count > 0 ? best : null;
        Order.Restore(progress.SkippedDraws);
        Step = progress.Step;
        EmptySteps = progress.EmptySteps;
        StoppedEarly = progress.StoppedEarly;
        Replace(Failures, progress.Failures);
        Replace(Validations, progress.Validations);
    }

    /// <summary>Keeps the model's present weights as the best so far.</summary>
    public void KeepAsBest()
    {
        _best = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        ExportWeights(_best, BestPrefix);
    }

    /// <summary>Overwrites the model's weights with the best so far.</summary>
    /// <returns>False when none were kept.</returns>
    public bool TakeBest()
    {
        if (_best is null)
        {
            return false;
        }

        ImportWeights(_best, BestPrefix);
        return true;
    }

    /// <summary>Runs something while the model holds the averaged weights, where there is an average.</summary>
    public T WithAverage<T>(Func<T> action)
    {
        if (Average is null)
        {
            return action();
        }

        var kept = new Dictionary<string, TensorData>(StringComparer.Ordinal);
        NamedTensors.Export(kept, ParameterPrefix, _weights.Parameters);
        Average.CopyToModel();
        try
        {
            return action();
        }
        finally
        {
            NamedTensors.Import(kept, ParameterPrefix, _weights.Parameters);
        }
    }

    public void Dispose()
    {
        _optimizers.Dispose();
        Average?.Dispose();
        foreach (var weight in _weights.Parameters.Values)
        {
            weight.grad = null;
        }

        Gradients.Dispose();
    }

    private void ExportWeights(IDictionary<string, TensorData> state, string prefix)
    {
        NamedTensors.Export(state, prefix + ParameterPrefix, _weights.Parameters);
        NamedTensors.Export(state, prefix + StatisticPrefix, _weights.Statistics);
    }

    private void ImportWeights(IReadOnlyDictionary<string, TensorData> state, string prefix)
    {
        NamedTensors.Import(state, prefix + ParameterPrefix, _weights.Parameters);
        NamedTensors.Import(state, prefix + StatisticPrefix, _weights.Statistics);
    }

    private static void Replace<T>(List<T> list, IReadOnlyList<T> items)
    {
        list.Clear();
        list.AddRange(items);
    }
}
