using Pangu.Core;

namespace Pangu.Testing;

/// <summary>
/// PatchTST in plain loops over double: a third opinion beside both engines, written from the equations for reading, not for speed.
/// Legend: B windows, C channels, L context, P patches, T tokens, D width, H heads or horizon.
/// </summary>
public sealed class PlainSeriesModel(ModelConfig config, IReadOnlyDictionary<string, TensorData> weights) : IVerifiableModel
{
    private readonly Dictionary<string, float[]> _weights = weights.ToDictionary(weight => weight.Key, weight => weight.Value.ToSingles());
    private readonly SeriesEmbedder _embedder = (SeriesEmbedder)config.Embedder;

    public void Dispose()
    {
    }

    public CaseLayout Layout { get; } = new SeriesCaseLayout();

    public IReadOnlyDictionary<string, TensorData> Run(IReadOnlyDictionary<string, TensorData> inputs, IReadOnlyDictionary<string, IReadOnlyList<long>> wanted)
    {
        var series = SeriesCase.Read(config, inputs);
        var tap = new RecordingTap(series.TapNames(wanted.Keys));
        var (scaled, locations, scales) = Scale(series);
        var rows = series.Windows * series.Channels;
        var patches = new double[rows][][];
        for (var row = 0; row < rows; row++)
        {
            patches[row] = Patches(scaled[row]);
        }

        Record(tap, "embedder.patches", patches, series);
        if (series.Masked is { } masked)
        {
            for (var patch = 0; patch < masked.Length; patch++)
            {
                if (masked[patch])
                {
                    Array.Fill(patches[patch / _embedder.Patches][patch % _embedder.Patches], ((ReconstructionHead)config.Head).MaskValue);
                }
            }
        }

        var tokens = patches.Select((row, index) => Embed(row, index % series.Channels)).ToArray();
        var blocks = ((Backbone)config.Body).Stages[0];
        for (var block = 0; block < blocks.Count; block++)
        {
            Record(tap, $"stages.0.blocks.{block}.input", tokens, series);
            var branches = blocks.Cycle[0].Branches;
            for (var branch = 0; branch < branches.Count; branch++)
            {
                tokens = RunBranch(tokens, branches[branch], $"stages.0.blocks.{block}.branches", branch, series.Channels);
            }
        }

        Record(tap, "body.output", tokens, series);
        var output = tokens.SelectMany((row, index) => RunHead(row, index % series.Channels, locations[index], scales[index])).Select(value => (float)value).ToArray();
        return series.Outputs(new SeriesCaseResult(output, [.. locations.Select(value => (float)value)], [.. scales.Select(value => (float)value)], tap.Values), wanted.Keys);
    }

    private (double[][] Scaled, double[] Locations, double[] Scales) Scale(SeriesCase series)
    {
        var (rows, length) = (series.Windows * series.Channels, _embedder.Context);
        var (scaled, locations, scales) = (new double[rows][], new double[rows], new double[rows]);
        for (var row = 0; row < rows; row++)
        {
            var values = series.Values.Skip(row * length).Take(length).Select(value => (double)value).ToArray();
            var observed = series.Observed.Skip(row * length).Take(length).Select(value => (double)value).ToArray();
            var count = Math.Max(1, observed.Sum());
            (locations[row], scales[row]) = _embedder.Scaling switch
            {
                StandardScaling standard => Standard(values, observed, count, standard.Epsilon),
                MeanScaling mean => (0, Math.Max(mean.Minimum, MeanMagnitude(series, row))),
                _ => (0, 1),
            };
            scaled[row] = [.. values.Select(value => (value - locations[row]) / scales[row])];
        }

        return (scaled, locations, scales);
    }

    /// <summary>Over the observed values of the row; where there are none, over those of the same channel in the whole batch.</summary>
    private double MeanMagnitude(SeriesCase series, int row)
    {
        var (own, count) = Magnitudes(series, row);
        if (count > 0)
        {
            return own / count;
        }

        var all = Enumerable.Range(0, series.Windows).Select(window => Magnitudes(series, (window * series.Channels) + (row % series.Channels))).ToList();
        return all.Sum(part => part.Sum) / Math.Max(1, all.Sum(part => part.Count));
    }

    private (double Sum, double Count) Magnitudes(SeriesCase series, int row)
    {
        var (sum, count) = (0.0, 0.0);
        for (var i = row * _embedder.Context; i < (row + 1) * _embedder.Context; i++)
        {
            sum += Math.Abs((double)series.Values[i] * series.Observed[i]);
            count += series.Observed[i];
        }

        return (sum, count);
    }

    private static (double Location, double Scale) Standard(double[] values, double[] observed, double count, double epsilon)
    {
        var mean = values.Zip(observed, (value, mask) => value * mask).Sum() / count;
        return (mean, Math.Sqrt((values.Zip(observed, (value, mask) => (value - mean) * (value - mean) * mask).Sum() / count) + epsilon));
    }

    private double[][] Patches(double[] values)
    {
        var start = _embedder.Context - (_embedder.PatchLength + ((_embedder.Patches - 1) * _embedder.PatchStride));
        return [.. Enumerable.Range(0, _embedder.Patches).Select(patch => values.Skip(start + (patch * _embedder.PatchStride)).Take(_embedder.PatchLength).ToArray())];
    }

    private double[][] Embed(double[][] patches, int channel)
    {
        var tokens = patches.Select(patch => Linear(patch, _embedder.SharedProjection ? "embedder.patch" : $"embedder.patch.{channel}"));
        if (_embedder.ClassToken)
        {
            tokens = tokens.Prepend([.. _weights["embedder.class"].Select(value => (double)value)]);
        }

        var positions = _weights["embedder.positions"];
        return [.. tokens.Select((token, index) => token.Select((value, feature) => value + positions[(index * token.Length) + feature]).ToArray())];
    }

    private double[][][] RunBranch(double[][][] tokens, Branch branch, string blockName, int index, int channels)
    {
        var name = $"{blockName}.{index}";
        var normed = branch.Before is { } before ? Map(tokens, token => Normalise(token, before, $"{name}.before")) : tokens;
        var weightsName = $"{blockName}.{branch.WeightsOf ?? index}";
        var result = branch.Part switch
        {
            Attention { Scope: AcrossChannels } attention => AttendAcrossChannels(normed, attention, weightsName, channels),
            Attention attention => [.. normed.Select(row => Attend(row, attention, weightsName))],
            Dense dense => Map(normed, token => Linear([.. Linear(token, $"{weightsName}.up").Select(value => Activate(value, dense.Activation))], $"{weightsName}.down")),
            _ => throw new NotSupportedException(branch.Part.GetType().Name),
        };
        var sum = tokens.Zip(result, (row, added) => row.Zip(added, (a, b) => a.Zip(b, (x, y) => x + y).ToArray()).ToArray()).ToArray();
        return branch.AfterSum is { } after ? Map(sum, token => Normalise(token, after, $"{name}.afterSum")) : sum;
    }

    private double[][][] AttendAcrossChannels(double[][][] tokens, Attention attention, string name, int channels)
    {
        var result = tokens.Select(row => new double[row.Length][]).ToArray();
        for (var window = 0; window < tokens.Length / channels; window++)
        {
            for (var token = 0; token < tokens[0].Length; token++)
            {
                var attended = Attend([.. Enumerable.Range(0, channels).Select(channel => tokens[(window * channels) + channel][token])], attention, name);
                for (var channel = 0; channel < channels; channel++)
                {
                    result[(window * channels) + channel][token] = attended[channel];
                }
            }
        }

        return result;
    }

    private double[][] Attend(double[][] tokens, Attention attention, string name)
    {
        var (queries, keys, values) = (Project("query"), Project("key"), Project("value"));
        var mixed = tokens.Select(_ => new double[attention.QueryHeads * attention.HeadWidth]).ToArray();
        for (var head = 0; head < attention.QueryHeads; head++)
        {
            var offset = head * attention.HeadWidth;
            for (var token = 0; token < tokens.Length; token++)
            {
                var scores = keys.Select(key => Enumerable.Range(offset, attention.HeadWidth).Sum(i => queries[token][i] * key[i]) / Math.Sqrt(attention.HeadWidth)).ToArray();
                var exponentials = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
                for (var i = offset; i < offset + attention.HeadWidth; i++)
                {
                    mixed[token][i] = exponentials.Select((weight, other) => weight * values[other][i]).Sum() / exponentials.Sum();
                }
            }
        }

        return [.. mixed.Select(token => Linear(token, $"{name}.output"))];

        double[][] Project(string part) => [.. tokens.Select(token => Linear(token, $"{name}.{part}"))];
    }

    private IEnumerable<double> RunHead(double[][] tokens, int channel, double location, double scale)
    {
        if (config.Head is ReconstructionHead)
        {
            return tokens.Skip(_embedder.ClassToken ? 1 : 0).SelectMany(token => Linear(token, "head.projection"));
        }

        var output = (FlattenOutput)((ForecastHead)config.Head).Output!;
        double[] pooled = output.Pooling switch
        {
            Pooling.Class => tokens[0],
            Pooling.Mean => [.. Enumerable.Range(0, _embedder.Width).Select(feature => tokens.Average(token => token[feature]))],
            Pooling.Max => [.. Enumerable.Range(0, _embedder.Width).Select(feature => tokens.Max(token => token[feature]))],
            _ => [.. tokens.SelectMany(token => token)],
        };
        return Linear(pooled, output.SharedProjection ? "head.projection" : $"head.projection.{channel}").Select(value => (value * scale) + location);
    }

    private double[] Normalise(double[] token, Norm norm, string name)
    {
        var (weight, bias) = (_weights[$"{name}.weight"], _weights[$"{name}.bias"]);
        if (norm is BatchNorm)
        {
            var (mean, variance) = (_weights[$"{name}.runningMean"], _weights[$"{name}.runningVariance"]);
            return [.. token.Select((value, i) => ((value - mean[i]) / Math.Sqrt(variance[i] + norm.Epsilon) * weight[i]) + bias[i])];
        }

        var average = token.Average();
        var spread = Math.Sqrt(token.Average(value => (value - average) * (value - average)) + norm.Epsilon);
        return [.. token.Select((value, i) => ((value - average) / spread * weight[i]) + bias[i])];
    }

    private double[] Linear(double[] input, string name)
    {
        var weight = _weights[$"{name}.weight"];
        var bias = _weights.GetValueOrDefault($"{name}.bias");
        var result = new double[weight.Length / input.Length];
        for (var output = 0; output < result.Length; output++)
        {
            result[output] = bias?[output] ?? 0;
            for (var i = 0; i < input.Length; i++)
            {
                result[output] += (double)weight[(output * input.Length) + i] * input[i];
            }
        }

        return result;
    }

    private static double Activate(double x, ActivationKind kind) => kind switch
    {
        ActivationKind.Gelu => 0.5 * x * (1 + ErrorFunction(x / Math.Sqrt(2))),
        ActivationKind.Relu => Math.Max(0, x),
        ActivationKind.Silu => x / (1 + Math.Exp(-x)),
        _ => throw new NotSupportedException(kind.ToString()),
    };

    /// <summary>Maclaurin series within 3, else the continued fraction; both to about 1e-12.</summary>
    private static double ErrorFunction(double x)
    {
        if (Math.Abs(x) > 3)
        {
            var fraction = 0.0;
            for (var k = 60; k > 0; k--)
            {
                fraction = k / 2.0 / (Math.Abs(x) + fraction);
            }

            return Math.Sign(x) * (1 - (Math.Exp(-x * x) / Math.Sqrt(Math.PI) / (Math.Abs(x) + fraction)));
        }

        var (term, sum) = (x, x);
        for (var k = 1; k < 80; k++)
        {
            term *= -x * x / k;
            sum += term / ((2 * k) + 1);
        }

        return sum * 2 / Math.Sqrt(Math.PI);
    }

    private static double[][][] Map(double[][][] tokens, Func<double[], double[]> change) => [.. tokens.Select(row => row.Select(change).ToArray())];

    private static void Record(RecordingTap tap, string name, double[][][] rows, SeriesCase series)
    {
        if (tap.Wants(name))
        {
            tap.Record(name, [.. rows.SelectMany(row => row).SelectMany(token => token).Select(value => (float)value)], [series.Windows, series.Channels, rows[0].Length, rows[0][0].Length]);
        }
    }
}
