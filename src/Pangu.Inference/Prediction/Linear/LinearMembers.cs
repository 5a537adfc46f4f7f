using Pangu.Core;
using Pangu.Modalities.Series;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>The linear paths of a forecast head, compiled. Immutable; safe for many callers at once. Legend: <c>N</c> rows, <c>L</c> longest context, <c>H</c> horizon.</summary>
internal sealed class LinearMembers
{
    private readonly PackedLinear[][] _paths;
    private readonly int _horizon;

    /// <summary>Compiles the paths.</summary>
    /// <param name="head">The head.</param>
    /// <param name="weights">All weights.</param>
    internal LinearMembers(ForecastHead head, WeightStore weights)
    {
        _horizon = head.Horizon;
        Context = head.Linear.Select(path => path.Context).DefaultIfEmpty(0).Max();
        _paths = [.. head.Linear.Select((path, index) => Compile(path, $"head.linear.{index}", head, weights))];
    }

    /// <summary>Number of paths.</summary>
    internal int Count => _paths.Length;

    /// <summary>L.</summary>
    internal int Context { get; }

    /// <summary>z-scores one window and fills its gaps: the last value before, at the start the first value after, 0 in a window without any value.</summary>
    /// <param name="window">[L] in the units of the data, NaN where a value is missing.</param>
    /// <param name="scores">[L]; replaced.</param>
    /// <param name="scaler">Means and deviations; null when values are z-scored already.</param>
    /// <param name="channel">Channel.</param>
    internal static void Score(ReadOnlySpan<float> window, Span<float> scores, SeriesScaler? scaler, int channel)
    {
        var last = float.NaN;
        var known = 0;
        for (var step = 0; step < window.Length; step++)
        {
            if (!float.IsNaN(window[step]))
            {
                var score = scaler?.Scale(channel, window[step]) ?? window[step];
                if (float.IsNaN(last))
                {
                    scores[..step].Fill(score);
                }

                last = score;
                known++;
            }

            scores[step] = last;
        }

        if (known == 0)
        {
            scores.Clear();
        }
    }

    /// <summary>Applies one path.</summary>
    /// <param name="path">Number of the path.</param>
    /// <param name="scores">[N, L].</param>
    /// <param name="forecast">[N, H], z-scored.</param>
    /// <param name="firstRow">Number of the first row among all.</param>
    /// <param name="rows">N.</param>
    /// <param name="channels">Channels of a window.</param>
    internal void Run(int path, ReadOnlySpan<float> scores, Span<float> forecast, int firstRow, int rows, int channels)
    {
        var layers = _paths[path];
        var offset = Context - layers[0].Inputs;
        if (layers.Length == 1)
        {
            layers[0].Multiply(scores[offset..], Context, forecast, _horizon, rows, add: false);
            return;
        }

        for (var row = 0; row < rows; row++)
        {
            layers[(firstRow + row) % channels].Multiply(scores[((row * Context) + offset)..], Context, forecast[(row * _horizon)..], _horizon, 1, add: false);
        }
    }

    private static PackedLinear[] Compile(LinearPath path, string name, ForecastHead head, WeightStore weights)
    {
        var (weight, bias) = (weights.Read($"{name}.weight"), weights.Read($"{name}.bias"));
        var size = head.Horizon * path.Context;
        return
        [
            .. Enumerable.Range(0, path.PerChannel ? head.Channels : 1)
                .Select(channel => new PackedLinear(weight.AsSpan(channel * size, size), bias.AsSpan(channel * head.Horizon, head.Horizon), head.Horizon, path.Context)),
        ];
    }
}
