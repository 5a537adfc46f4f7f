using System.Runtime.InteropServices;
using Pangu.Core;

namespace Pangu.Training;

/// <summary>One step of the loss log.</summary>
/// <param name="Step">The step, from 0.</param>
/// <param name="Loss">Mean loss over the step's samples.</param>
/// <param name="LearningRateShare">Share of the peak learning rate.</param>
/// <param name="GradientNorm">L2 norm of all gradients before clipping.</param>
public readonly record struct LossEntry(long Step, double Loss, double LearningRateShare, double GradientNorm);

/// <summary>Losses of a training: all logged entries for the report, and the recent losses that spikes are judged by.</summary>
internal sealed class LossLog(int window, int everySteps)
{
    private const int Columns = 4;
    private readonly List<LossEntry> _entries = [];
    private readonly List<double> _recent = [];

    public IReadOnlyList<LossEntry> Entries => _entries;

    public int RecentCount => _recent.Count;

    /// <summary>Median of the recent losses (the lower one of an even count).</summary>
    public double RecentMedian()
    {
        var sorted = _recent.ToArray();
        Array.Sort(sorted);
        return sorted[(sorted.Length - 1) / 2];
    }

    public void Add(LossEntry entry)
    {
        if (entry.Step % everySteps == 0)
        {
            _entries.Add(entry);
        }

        if (_recent.Count == window)
        {
            _recent.RemoveAt(0);
        }

        _recent.Add(entry.Loss);
    }

    public void Export(IDictionary<string, TensorData> state)
    {
        var table = new double[_entries.Count * Columns];
        for (var i = 0; i < _entries.Count; i++)
        {
            var entry = _entries[i];
            ReadOnlySpan<double> row = [entry.Step, entry.Loss, entry.LearningRateShare, entry.GradientNorm];
            row.CopyTo(table.AsSpan(i * Columns));
        }

        state.Add("log.entries", Of(table, _entries.Count, Columns));
        state.Add("log.recent", Of(CollectionsMarshal.AsSpan(_recent), _recent.Count));
    }

    public void Import(IReadOnlyDictionary<string, TensorData> state)
    {
        _entries.Clear();
        _recent.Clear();
        var table = MemoryMarshal.Cast<byte, double>(state["log.entries"].Bytes.Span);
        for (var i = 0; i < table.Length; i += Columns)
        {
            _entries.Add(new LossEntry((long)table[i], table[i + 1], table[i + 2], table[i + 3]));
        }

        _recent.AddRange(MemoryMarshal.Cast<byte, double>(state["log.recent"].Bytes.Span));
    }

    private static TensorData Of(ReadOnlySpan<double> values, params long[] shape) => new(ElementType.F64, shape, MemoryMarshal.AsBytes(values).ToArray());
}
