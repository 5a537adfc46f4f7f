using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>
/// Scales windows and turns their patches into tokens. Legend: <c>N</c> rows, <c>L</c> context, <c>P</c> patches, <c>S</c> steps of a patch, <c>T</c> tokens, <c>D</c> width.
/// </summary>
/// <remarks>
/// Patches are never copied: they are rows of the scaled window that overlap, S apart by the stride. Observed flags have a product of their own. Class token, future tokens and positions are
/// one table [T, D] that the products are added to.
/// </remarks>
internal sealed class EmbeddingStep
{
    private readonly SeriesEmbedder _settings;
    private readonly WindowScaling _scaling;
    private readonly PatchProjection[] _projections;
    private readonly float[] _table;
    private readonly float _maskValue;

    /// <summary>Compiles an embedder.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="maskValue">What a hidden patch holds.</param>
    /// <param name="weights">All weights.</param>
    internal EmbeddingStep(SeriesEmbedder settings, double maskValue, WeightStore weights)
    {
        _settings = settings;
        _maskValue = (float)maskValue;
        _scaling = WindowScaling.Of(settings.Scaling);
        _projections = settings.SharedProjection || settings.Inner > 0
            ? [new PatchProjection(settings, "embedder.patch", weights)]
            : [.. Enumerable.Range(0, settings.Channels).Select(channel => new PatchProjection(settings, $"embedder.patch.{channel}", weights))];
        _table = settings.Positions == PositionTable.None ? new float[settings.Tokens * settings.Width] : weights.Read("embedder.positions");
        if (settings.ClassToken)
        {
            Elementwise.Add(weights.Read("embedder.class"), _table.AsSpan(0, settings.Width));
        }

        if (settings.FutureTokens > 0)
        {
            Elementwise.Add(weights.Read("embedder.future"), _table.AsSpan((settings.Tokens - settings.FutureTokens) * settings.Width));
        }
    }

    /// <summary>How windows are scaled.</summary>
    internal WindowScaling Scaling => _scaling;

    /// <summary>Memory for one window's patches, in floats.</summary>
    internal int PatchNumbers => _settings.Patches * (_settings.PatchLength + _settings.Inner);

    /// <summary>Scales windows.</summary>
    /// <param name="history">First row's first number; rows are read to their end.</param>
    /// <param name="stride">Distance between rows, at least L.</param>
    /// <param name="batchScales">Mean magnitude of each channel over the batch; empty where it is not looked at.</param>
    /// <param name="rows">Receives scaled values, flags, locations and scales.</param>
    internal void Scale(ReadOnlySpan<float> history, int stride, ReadOnlySpan<float> batchScales, SeriesRows rows)
    {
        var context = _settings.Context;
        for (var row = 0; row < rows.Count; row++)
        {
            var window = history.Slice(((row + 1) * stride) - context, context);
            var (location, scale) = _scaling.Measure(window, batchScales.IsEmpty ? 0 : batchScales[rows.ChannelOf(row)]);
            rows.Locations[row] = location;
            rows.Scales[row] = scale;
            var missing = _settings.Missing == MissingValues.ZeroBeforeScaling ? -location / scale : 0;
            var scaled = rows.Scaled.AsSpan(row * context, context);
            var observed = rows.Observed.AsSpan(row * context, context);
            for (var step = 0; step < context; step++)
            {
                var value = window[step];
                var isMissing = float.IsNaN(value);
                scaled[step] = isMissing ? missing : (value - location) / scale;
                observed[step] = isMissing ? 0 : 1;
            }
        }
    }

    /// <summary>Makes tokens.</summary>
    /// <param name="rows">Scaled windows.</param>
    /// <param name="frame">Receives the tokens [N, T, D].</param>
    internal void Embed(SeriesRows rows, BodyFrame frame)
    {
        var (width, tokens) = (_settings.Width, _settings.Tokens);
        var offset = _settings.Context - _settings.PatchLength - ((_settings.Patches - 1) * _settings.PatchStride);
        for (var row = 0; row < rows.Count; row++)
        {
            var target = frame.Stream.Slice(row * tokens * width, tokens * width);
            _table.CopyTo(target);
            var start = (row * _settings.Context) + offset;
            var patches = new PatchRows
            {
                Values = rows.Masked is { } masked ? Hide(rows, start, masked.AsSpan((rows.First + row) * _settings.Patches, _settings.Patches)) : rows.Scaled.AsSpan(start),
                ValueStride = rows.Masked is null ? _settings.PatchStride : _settings.PatchLength,
                Flags = rows.Observed.AsSpan(start),
                FlagStride = _settings.PatchStride,
            };
            var projection = _projections[_projections.Length == 1 ? 0 : rows.ChannelOf(row)];
            projection.AddTo(target[(_settings.ClassToken ? width : 0)..], patches, rows.Patches.AsSpan(_settings.Patches * _settings.PatchLength));
        }
    }

    /// <summary>Shows the patches after scaling, before hiding.</summary>
    /// <param name="rows">All rows of a batch.</param>
    /// <param name="tap">The tap.</param>
    internal void ShowPatches(SeriesRows rows, IActivationTap? tap)
    {
        if (tap is null || !tap.Wants("embedder.patches"))
        {
            return;
        }

        var (patches, length) = (_settings.Patches, _settings.PatchLength);
        var offset = _settings.Context - length - ((patches - 1) * _settings.PatchStride);
        var values = new float[rows.Count * patches * length];
        for (var i = 0; i < rows.Count * patches; i++)
        {
            rows.Scaled.AsSpan((i / patches * _settings.Context) + offset + (i % patches * _settings.PatchStride), length).CopyTo(values.AsSpan(i * length));
        }

        tap.Record("embedder.patches", values, [rows.Count / rows.Channels, rows.Channels, patches, length]);
    }

    private Span<float> Hide(SeriesRows rows, int start, ReadOnlySpan<bool> masked)
    {
        var length = _settings.PatchLength;
        var patches = rows.Patches.AsSpan(0, masked.Length * length);
        for (var patch = 0; patch < masked.Length; patch++)
        {
            var target = patches.Slice(patch * length, length);
            if (masked[patch])
            {
                target.Fill(_maskValue);
            }
            else
            {
                rows.Scaled.AsSpan(start + (patch * _settings.PatchStride), length).CopyTo(target);
            }
        }

        return patches;
    }
}
