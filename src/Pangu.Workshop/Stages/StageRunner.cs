using System.Diagnostics;
using System.Text.Json;
using Pangu.Core;
using Pangu.Workshop.Plans;

namespace Pangu.Workshop.Stages;

/// <summary>Runs stages in order: reuses what is done, waits where another process works on the same stage, goes on where an attempt was stopped.</summary>
internal sealed class StageRunner(StageStore store, RunOptions options, EnergyMeter energy)
{
    private readonly Dictionary<string, string> _hashes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _folders = new(StringComparer.Ordinal);

    /// <summary>Output folder of a stage that has run.</summary>
    public string FolderOf(Stage stage) => _folders[stage.Name];

    /// <summary>Whether the output of a stage is known to be there.</summary>
    public bool HasRun(Stage stage) => _folders.ContainsKey(stage.Name);

    /// <summary>Runs or reuses one stage. Its inputs must have run.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="seed">The recipe's root seed.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellation">Asks for a stop at a safe point.</param>
    /// <returns>Its output.</returns>
    public StageOutput Run(Stage stage, ulong seed, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var key = StageStore.KeyOf(stage, seed, _hashes, options.LibtorchVersion);
        using var held = store.Lock(stage.Kind, key, () => progress.Report(new WorkProgress(stage.Name, 0, 0, "stage", Note: "another run works on this stage; waiting for it")), cancellation);
        var output = store.Find(stage.Kind, key);
        if (output is null)
        {
            output = Execute(stage, key, seed, progress, cancellation);
        }
        else
        {
            progress.Report(new WorkProgress(stage.Name, 1, 1, "stage", Note: "reused"));
        }

        _hashes[stage.Name] = output.Hash;
        _folders[stage.Name] = output.Folder;
        return output;
    }

    /// <summary>Whether a stage would be reused, as far as that can be told before its inputs have run.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="seed">The recipe's root seed.</param>
    /// <returns>True when its output is there.</returns>
    public bool IsDone(Stage stage, ulong seed)
    {
        if (!stage.Inputs.All(input => _hashes.ContainsKey(input.Name)))
        {
            return false;
        }

        var output = store.Find(stage.Kind, StageStore.KeyOf(stage, seed, _hashes, options.LibtorchVersion));
        if (output is null)
        {
            return false;
        }

        _hashes[stage.Name] = output.Hash;
        _folders[stage.Name] = output.Folder;
        return true;
    }

    private StageOutput Execute(Stage stage, string key, ulong seed, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        var work = store.BeginWork(stage.Kind, key);
        var ledger = new SpentLedger(Path.Combine(work, "spent.json"), energy);
        progress.Report(new WorkProgress(stage.Name, 0, 0, "stage", Note: ledger.HasEarlierAttempts ? "going on where an earlier attempt stopped" : "started"));
        try
        {
            stage.Execute(new StageContext
            {
                Output = Path.Combine(work, "output"),
                Scratch = Path.Combine(work, "scratch"),
                InputFolders = _folders,
                Seeds = new Seeds(new Seeds(seed).SeedFor(stage.Name)),
                Threads = options.Threads,
                Progress = new LedgerProgress(progress, ledger),
                Cancellation = cancellation,
            });
        }
        finally
        {
            ledger.Save();
        }

        return store.Complete(stage.Kind, key, ledger.Total);
    }

    /// <summary>Keeps the ledger up to date while progress flows, so that a killed attempt's cost is not lost.</summary>
    private sealed class LedgerProgress(IProgress<WorkProgress> inner, SpentLedger ledger) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
            ledger.SaveNowAndThen();
            inner.Report(value);
        }
    }
}

/// <summary>Adds up what a stage costs over all its attempts.</summary>
internal sealed class SpentLedger
{
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(5);
    private readonly string _path;
    private readonly EnergyMeter _energy;
    private readonly Spent _before;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly EnergyReading _startedEnergy;
    private long _saved = Stopwatch.GetTimestamp();

    public SpentLedger(string path, EnergyMeter energy)
    {
        _path = path;
        _energy = energy;
        _startedEnergy = energy.Read();
        HasEarlierAttempts = File.Exists(path);
        _before = HasEarlierAttempts ? JsonSerializer.Deserialize<Spent>(File.ReadAllText(path))! : new Spent(0, 0, 0);
    }

    /// <summary>Whether the stage was begun before.</summary>
    public bool HasEarlierAttempts { get; }

    /// <summary>Cost so far, earlier attempts included.</summary>
    public Spent Total
    {
        get
        {
            var seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
            var peak = Math.Max(_before.PeakMemoryBytes, Process.GetCurrentProcess().PeakWorkingSet64);
            return new Spent(_before.Seconds + seconds, _before.EnergyJoules + _energy.JoulesSince(_startedEnergy, seconds), peak);
        }
    }

    public void Save() => DurableFile.WriteText(_path, JsonSerializer.Serialize(Total));

    public void SaveNowAndThen()
    {
        if (Stopwatch.GetElapsedTime(_saved) >= SaveInterval)
        {
            Save();
            _saved = Stopwatch.GetTimestamp();
        }
    }
}

/// <summary>Settings of a run that do not belong to the recipe.</summary>
/// <param name="Threads">Threads to use.</param>
/// <param name="LibtorchVersion">Version of libtorch, part of the key of stages that use it.</param>
/// <param name="Offline">Whether the network must not be used.</param>
public sealed record RunOptions(int Threads, string LibtorchVersion, bool Offline);
