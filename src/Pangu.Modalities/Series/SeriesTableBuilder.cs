using Pangu.Core;

namespace Pangu.Modalities.Series;

/// <summary>Takes rows in ascending order of time, merges rows of the same time, inserts missing steps, and gives tables.</summary>
internal sealed class SeriesTableBuilder
{
    /// <summary>Most steps inserted in one gap, as a multiple of the rows so far, beyond a first million.</summary>
    private const int MaximumGrowth = 20;

    private readonly CsvLayout _layout;
    private readonly bool _insertsSteps;
    private readonly List<float>[] _values;
    private List<long> _times = [];
    private readonly float[] _pending;
    private bool _hasPending;
    private int[] _pendingCounts = [];
    private long _pendingTime;
    private int _pendingLine;
    private long? _lastTime;
    private long _rowCount;

    /// <summary>Creates a builder.</summary>
    /// <param name="layout">Names, clock and rules.</param>
    public SeriesTableBuilder(CsvLayout layout)
    {
        _layout = layout;
        _insertsSteps = layout.Options.InsertMissingSteps && layout.Clock is { IsRegular: true, Interval: not null, Format: not null };
        _values = [.. layout.Names.Select(_ => new List<float>())];
        _pending = new float[layout.Names.Length];
    }

    /// <summary>Steps inserted where rows were missing.</summary>
    public long InsertedCount { get; private set; }

    /// <summary>Rows merged into one of the same time.</summary>
    public long MergedCount { get; private set; }

    /// <summary>Missing values among the rows read.</summary>
    public long MissingCount { get; private set; }

    /// <summary>Steps finished and not yet taken.</summary>
    public int Count => _times.Count;

    /// <summary>Adds a row.</summary>
    /// <param name="time">Its time.</param>
    /// <param name="line">Its line in the file.</param>
    /// <param name="values">[C] its values; copied.</param>
    /// <returns>False, and nothing done, when the row is earlier than the one before.</returns>
    /// <exception cref="PanguException">The row has the time of the one before and other values, and the rule is to refuse that; or a gap is out of all proportion.</exception>
    public bool Add(long time, int line, ReadOnlySpan<float> values)
    {
        if (_hasPending && time < _pendingTime)
        {
            return false;
        }

        if (_hasPending && time == _pendingTime)
        {
            Merge(line, values);
            return true;
        }

        Flush();
        values.CopyTo(_pending);
        _hasPending = true;
        (_pendingTime, _pendingLine) = (time, line);
        _pendingCounts = [];
        return true;
    }

    /// <summary>Finishes the last row.</summary>
    public void Flush()
    {
        if (!_hasPending)
        {
            return;
        }

        InsertSteps();
        Append(_pendingTime, _pending);
        foreach (var value in _pending)
        {
            MissingCount += float.IsNaN(value) ? 1 : 0;
        }

        (_lastTime, _hasPending) = (_pendingTime, false);
        _rowCount++;
    }

    /// <summary>Takes the steps finished so far.</summary>
    /// <returns>A table of them; the builder starts empty again.</returns>
    public SeriesTable Take()
    {
        var table = new SeriesTable([.. _times], _layout.Names, [.. _values.Select(channel => channel.ToArray())], _layout.Clock with { IsRegular = _insertsSteps || _layout.Clock.IsRegular });
        _times = [];
        foreach (var channel in _values)
        {
            channel.Clear();
        }

        return table;
    }

    private void InsertSteps()
    {
        if (!_insertsSteps || _lastTime is not { } last)
        {
            return;
        }

        var interval = _layout.Clock.Interval!;
        var steps = (long)Math.Round(interval.StepsBetween(last, _pendingTime));
        if (steps - 1 > 1_000_000 + (MaximumGrowth * _rowCount))
        {
            throw PanguException.Usage(
                "csv-gap",
                $"Line {_pendingLine} of {_layout.Path}: between {_layout.Clock.Text(last)} and {_layout.Clock.Text(_pendingTime)} there would be {steps - 1} missing steps of {interval}; cut the file there, or mend the time.");
        }

        for (var step = 1; step < steps; step++)
        {
            _times.Add(interval.Add(last, step));
            foreach (var channel in _values)
            {
                channel.Add(float.NaN);
            }

            InsertedCount++;
        }
    }

    private void Append(long time, ReadOnlySpan<float> values)
    {
        _times.Add(time);
        for (var channel = 0; channel < _values.Length; channel++)
        {
            _values[channel].Add(values[channel]);
        }
    }

    private void Merge(int line, ReadOnlySpan<float> values)
    {
        MergedCount++;
        var pending = _pending;
        if (_layout.Options.Duplicates == DuplicateRule.Mean)
        {
            MergeMean(values);
            return;
        }

        if (SameValues(pending, values))
        {
            return;
        }

        switch (_layout.Options.Duplicates)
        {
            case DuplicateRule.Error:
                throw PanguException.Usage(
                    "csv-duplicate-time",
                    $"Lines {_pendingLine} and {line} of {_layout.Path} both have the time {_layout.Clock.Text(_pendingTime)} and different values. Say which counts: --duplicates first, last or mean. If clocks were set back in that hour, name the zone: --time-zone Europe/Berlin. If the file holds several series under each other, split it by series. If the time of day stands in a column of its own, name both: --time date+time.");
            case DuplicateRule.First when line < _pendingLine:
            case DuplicateRule.Last when line > _pendingLine:
                values.CopyTo(pending);
                _pendingLine = line;
                break;
        }
    }

    private void MergeMean(ReadOnlySpan<float> values)
    {
        var pending = _pending;
        _pendingCounts = _pendingCounts.Length > 0 ? _pendingCounts : [.. pending.Select(value => float.IsNaN(value) ? 0 : 1)];
        for (var channel = 0; channel < pending.Length; channel++)
        {
            if (float.IsNaN(values[channel]))
            {
                continue;
            }

            var count = _pendingCounts[channel]++;
            pending[channel] = count == 0 ? values[channel] : pending[channel] + ((values[channel] - pending[channel]) / (count + 1));
        }
    }

    private static bool SameValues(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        for (var channel = 0; channel < one.Length; channel++)
        {
            if (!one[channel].Equals(other[channel]))
            {
                return false;
            }
        }

        return true;
    }
}
