using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pangu.Core;

namespace Pangu.Training;

/// <summary>Runs a training to its end, or to a safe point from which the same call goes on.</summary>
/// <remarks>
/// N steps, a stop, and N steps more give the same bits as 2 N steps, on the same machine with the same threads: everything random derives from seeds and
/// places, and checkpoints hold all that changes. A step whose loss or gradient is not finite, or whose loss is a spike, never changes the weights: training goes back to the
/// last checkpoint, leaves the data at fault out, reports it, and gives up after too many. For one thread, the one that owns the model.
/// </remarks>
public sealed class Trainer
{
    private readonly TrainingJob _job;
    private readonly string _identity;
    private readonly List<Problem> _damaged = [];
    private IProgress<WorkProgress>? _progress;
    private Checkpoint? _inMemory;
    private long? _resumedFrom;
    private long? _savedStep;

    /// <summary>Prepares a training.</summary>
    /// <param name="job">What to train, and how.</param>
    /// <exception cref="PanguException">The options have problems; all are listed.</exception>
    public Trainer(TrainingJob job)
    {
        List<string> problems = [.. job.Options.Validate()];
        if (job.Options.Validation is not null && job.Validate is null)
        {
            problems.Add("training.validation is set but the job has nothing to validate with");
        }

        if (job.Weights.Parameters.Count == 0)
        {
            problems.Add("the model has no learned weights, so there is nothing to train");
        }

        if (problems.Count > 0)
        {
            throw new PanguException(ErrorKind.Usage, "training-options", $"{problems[0]}{(problems.Count > 1 ? $"; and {problems.Count - 1} more" : string.Empty)}.", [.. problems.Select(problem => new Problem(null, null, problem))]);
        }

        _job = job;
        var settings = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{job.Options} seed {job.Seeds.Root}")));
        _identity = $"{job.Identity} {Convert.ToHexStringLower(settings.AsSpan(0, 8))}";
    }

    /// <summary>Trains, from the newest undamaged checkpoint where there is one.</summary>
    /// <param name="progress">Told of every step, and in its note of everything out of the ordinary; null for silence.</param>
    /// <param name="cancellation">Stops after the present step, with a checkpoint.</param>
    /// <returns>What came of it; the result's weights are in the model.</returns>
    /// <exception cref="OperationCanceledException">It was stopped; the same call goes on from there.</exception>
    /// <exception cref="PanguException">Training failed too often, or the checkpoints belong to another training.</exception>
    public TrainingResult Run(IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        _progress = progress;
        using var state = new TrainingState(_job, _identity);
        var runner = new StepRunner(_job, state);
        _job.Objective.SetTraining(true);
        Begin(state, cancellation);
        while (state.Step < _job.Options.Steps && !state.StoppedEarly)
        {
            if (cancellation.IsCancellationRequested)
            {
                Save(state);
                throw new OperationCanceledException($"Training stopped after step {state.Step} of {_job.Options.Steps}; the same call goes on from there.", cancellation);
            }

            TakeStep(state, runner, cancellation);
        }

        return Finish(state);
    }

    private void Begin(TrainingState state, CancellationToken cancellation)
    {
        var search = _job.Checkpoints?.LoadNewest();
        Report(search?.Damaged ?? []);
        if (search?.Found is { } found)
        {
            if (found.Progress.Identity != _identity)
            {
                throw PanguException.Usage("checkpoint-identity", $"The checkpoints in {_job.Checkpoints!.Folder} belong to another training ({found.Progress.Identity}); this one is {_identity}. Use another folder, or remove that one.");
            }

            state.Restore(found);
            _resumedFrom = state.Step;
            _savedStep = state.Step;
            Note(state, $"goes on from the checkpoint of step {state.Step}");
            return;
        }

        if (_job.Options.Validation is { AtStart: true })
        {
            Validate(state, cancellation);
        }

        Save(state);
    }

    private void TakeStep(TrainingState state, StepRunner runner, CancellationToken cancellation)
    {
        var step = state.Step;
        var draw = state.Order.DrawOf(step);
        var gradients = runner.Compute(step, draw);
        if (gradients.Weight > 0 || !double.IsFinite(gradients.Loss))
        {
            if (new LossGuard(_job.Options.Guard, state.Log).Judge(gradients.Loss, gradients.Norm) is { } reason)
            {
                RollBack(state, draw, reason);
                return;
            }

            runner.Apply(step, gradients);
            state.Log.Add(new LossEntry(step, gradients.Loss, _job.Options.Schedule.Factor(step), gradients.Norm));
        }
        else
        {
            state.EmptySteps++;
        }

        state.Step++;
        var isLast = state.Step == _job.Options.Steps;
        if (_job.Options.Validation is { } validation && (isLast || state.Step % validation.EverySteps == 0))
        {
            Validate(state, cancellation);
        }

        if (isLast || state.StoppedEarly || state.Step % _job.Options.Checkpoints.EverySteps == 0)
        {
            Save(state);
        }

        _progress?.Report(new WorkProgress(_job.Work, state.Step, _job.Options.Steps, "steps", gradients.Weight > 0 ? gradients.Loss : null));
    }

    /// <summary>Goes back to the last checkpoint at a multiple of the cadence (not to one that a stop left, so that stops change nothing) without the data at fault.</summary>
    private void RollBack(TrainingState state, long draw, string reason)
    {
        var guard = _job.Options.Guard;
        if (state.Failures.Count >= guard.MaximumRollbacks)
        {
            throw PanguException.Usage("training-failed", $"Training failed at step {state.Step} for the {state.Failures.Count + 1}. time: {reason}. After {guard.MaximumRollbacks} returns to a checkpoint it is given up; lower the learning rate, lengthen the warm-up, or look at the data.");
        }

        var target = LastGood();
        var count = Math.Min((long)guard.SkippedBatches << state.Failures.Count, state.Step - target.Progress.Step + 1);
        long[] skipped = [.. Enumerable.Range(0, (int)count).Select(back => state.Order.DrawOf(state.Step - back)).Order()];
        TrainingFailure[] failures = [.. state.Failures, new TrainingFailure(state.Step, draw, reason, target.Progress.Step, skipped)];
        long[] allSkipped = [.. state.Order.Skipped, .. skipped];
        state.Restore(target);
        _savedStep = null;
        state.Failures.Clear();
        state.Failures.AddRange(failures);
        state.Order.Restore(allSkipped);
        Note(state, $"step {failures[^1].Step} failed: {reason}; back to step {state.Step} without {skipped.Length} batch(es)");
    }

    private Checkpoint LastGood()
    {
        if (_job.Checkpoints is null)
        {
            return _inMemory!;
        }

        var search = _job.Checkpoints.LoadNewest(_job.Options.Checkpoints.EverySteps);
        Report(search.Damaged);
        return search.Found ?? throw PanguException.Missing("checkpoint-missing", $"A step failed, but {_job.Checkpoints.Folder} holds no undamaged checkpoint to go back to; start again with an empty folder.");
    }

    private void Validate(TrainingState state, CancellationToken cancellation)
    {
        var options = _job.Options.Validation!;
        _job.Objective.SetTraining(false);
        state.WithAverage(() =>
        {
            var figure = _job.Validate!(cancellation);
            var best = state.Validations.Count > 0 ? state.Validations.Min(each => each.Figure) : double.PositiveInfinity;
            if (!double.IsFinite(figure))
            {
                Note(state, $"the validation after step {state.Step} gave {figure.ToString(CultureInfo.InvariantCulture)}, which counts as the worst");
                figure = double.PositiveInfinity;
            }

            state.Validations.Add(new ValidationFigure(state.Step, figure));
            if (options.KeepBest && figure < best)
            {
                state.KeepAsBest();
            }

            return figure;
        });
        _job.Objective.SetTraining(true);
        var bestIndex = state.Validations.FindIndex(each => each == BestOf(state));
        state.StoppedEarly = options.Patience > 0 && state.Validations.Count - 1 - bestIndex >= options.Patience && state.Step < _job.Options.Steps;
    }

    private TrainingResult Finish(TrainingState state)
    {
        var tookBest = _job.Options.Validation is { KeepBest: true } && state.TakeBest();
        if (!tookBest)
        {
            state.Average?.CopyToModel();
        }

        _job.Objective.SetTraining(false);
        return new TrainingResult
        {
            Steps = state.Step,
            Losses = [.. state.Log.Entries],
            Validations = [.. state.Validations],
            Best = tookBest ? BestOf(state) : null,
            Failures = [.. state.Failures],
            EmptySteps = state.EmptySteps,
            StoppedEarly = state.StoppedEarly,
            ResumedFromStep = _resumedFrom,
            DamagedCheckpoints = [.. _damaged],
        };
    }

    private static ValidationFigure BestOf(TrainingState state) => state.Validations.MinBy(each => each.Figure)!;

    private void Save(TrainingState state)
    {
        if (_savedStep == state.Step)
        {
            return;
        }

        _savedStep = state.Step;
        if (_job.Checkpoints is { } store)
        {
            store.Save(state.Snapshot());
            store.Purge(_job.Options.Checkpoints.Keep, _job.Options.Checkpoints.EverySteps);
        }
        else if (state.Step % _job.Options.Checkpoints.EverySteps == 0)
        {
            _inMemory = state.Snapshot();
        }
    }

    private void Report(IReadOnlyList<Problem> damaged)
    {
        foreach (var problem in damaged.Where(problem => !_damaged.Contains(problem)))
        {
            _damaged.Add(problem);
            _progress?.Report(new WorkProgress(_job.Work, 0, _job.Options.Steps, "steps", Note: problem.Message));
        }
    }

    private void Note(TrainingState state, string note) =>
        _progress?.Report(new WorkProgress(_job.Work, state.Step, _job.Options.Steps, "steps", Note: note));
}
