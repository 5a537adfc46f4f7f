using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>The network of a series model, compiled: scaling, embedder, body, output. Immutable; safe for many frames at once.</summary>
internal sealed class CompiledNetwork
{
    // Tables of positions cover this many channels; more channels that see each other are refused.
    internal const int MaxMixedChannels = 1024;

    private readonly EmbeddingStep _embedding;
    private readonly CompiledBody _body;
    private readonly OutputStep _output;
    private readonly BodySizes _sizes;
    private readonly SeriesEmbedder _embedder;

    private CompiledNetwork(SeriesEmbedder embedder, EmbeddingStep embedding, CompiledBody body, OutputStep output)
    {
        _embedder = embedder;
        _embedding = embedding;
        _body = body;
        _output = output;
        _sizes = body.Sizes(embedder.Width, embedder.Tokens);
        body.Reach(_sizes.MixesChannels ? Math.Max(embedder.Tokens, MaxMixedChannels) : embedder.Tokens);
    }

    /// <summary>L.</summary>
    internal int Context => _embedder.Context;

    /// <summary>T.</summary>
    internal int Tokens => _embedder.Tokens;

    /// <summary>Numbers that come out for one row.</summary>
    internal int Numbers => _output.Numbers;

    /// <summary>Whether a window's channels see each other, so that they stay together.</summary>
    internal bool MixesChannels => _sizes.MixesChannels;

    /// <summary>How windows are scaled.</summary>
    internal WindowScaling Scaling => _embedding.Scaling;

    /// <summary>Compiles the network of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="weights">All weights.</param>
    /// <returns>The network; null when the head makes no use of one.</returns>
    internal static CompiledNetwork? Of(ModelConfig model, WeightStore weights)
    {
        var embedder = (SeriesEmbedder)model.Embedder;
        OutputStep? output = model.Head switch
        {
            ForecastHead head => head.Output?.Accept(new OutputCompiler(head, embedder, weights)),
            ReconstructionHead head => new ReconstructionStep(head, embedder, weights),
            _ => throw PanguException.Usage("series-head", $"The model's head is {model.Head.GetType().Name}; the series engine has forecast and reconstruction heads."),
        };
        return output is null
            ? null
            : new CompiledNetwork(
                embedder,
                new EmbeddingStep(embedder, (model.Head as ReconstructionHead)?.MaskValue ?? 0, weights),
                CompiledBody.Of(model.Body, weights),
                output);
    }

    /// <summary>Memory for one worker.</summary>
    /// <param name="maxRows">Most rows at once.</param>
    internal NetworkFrame CreateFrame(int maxRows) => new(
        new BodyFrame(_sizes, maxRows),
        new SeriesRows(maxRows, _embedder.Context, _embedding.PatchNumbers),
        new float[checked(maxRows * _output.Numbers)],
        new float[checked(maxRows * _output.Memory)]);

    /// <summary>Scales the rows that a frame was told of.</summary>
    /// <param name="history">First row's first number.</param>
    /// <param name="stride">Distance between rows.</param>
    /// <param name="batchScales">Mean magnitude of each channel over the batch; empty where it is not looked at.</param>
    /// <param name="frame">The frame.</param>
    internal void Scale(ReadOnlySpan<float> history, int stride, ReadOnlySpan<float> batchScales, NetworkFrame frame) => _embedding.Scale(history, stride, batchScales, frame.Rows);

    /// <summary>Runs embedder, body and output on scaled rows.</summary>
    /// <param name="frame">The frame; its output is filled.</param>
    /// <param name="tap">Receives intermediate values; null for none.</param>
    internal void Run(NetworkFrame frame, IActivationTap? tap)
    {
        frame.Body.Begin(frame.Rows.Count, Tokens, frame.Rows.Channels, tap);
        _embedding.ShowPatches(frame.Rows, tap);
        _embedding.Embed(frame.Rows, frame.Body);
        _body.Run(frame.Body, _output.LastTokens);
        _output.Run(frame.Body, frame.Rows, frame.Output, frame.Memory);
    }

    /// <summary>Negates scaled rows.</summary>
    /// <param name="frame">The frame.</param>
    internal static void Negate(NetworkFrame frame)
    {
        foreach (ref var number in frame.Rows.Scaled.AsSpan(0, frame.Rows.Count * frame.Rows.Context))
        {
            number = -number;
        }
    }

    private sealed class OutputCompiler(ForecastHead head, SeriesEmbedder embedder, WeightStore weights) : IForecastOutputVisitor<OutputStep>
    {
        public OutputStep Visit(FlattenOutput output) => new FlattenStep(output, head, embedder, weights);

        public OutputStep Visit(PatchOutput output) => new PatchStep(output, head, embedder, weights);
    }
}

/// <summary>What one worker runs a network with.</summary>
/// <param name="Body">Tokens.</param>
/// <param name="Rows">Scaled windows.</param>
/// <param name="Output">[N, numbers of a row] in scaled units.</param>
/// <param name="Memory">Memory of the output step.</param>
internal sealed record NetworkFrame(BodyFrame Body, SeriesRows Rows, float[] Output, float[] Memory);
