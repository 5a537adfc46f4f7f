using Pangu.Core;
using Pangu.Numerics;

namespace Pangu.Inference;

/// <summary>The network of a language model, compiled: tables of tokens and positions, causal body, next-token head. Immutable; safe for many sessions at once. Legend: <c>T</c> tokens, <c>D</c> width, <c>V</c> vocabulary.</summary>
internal sealed class CompiledTokenNetwork
{
    private readonly TokenTables _tables;
    private readonly CompiledBody _body;
    private readonly PackedLinear _head;

    private CompiledTokenNetwork(TokenTables tables, CompiledBody body, PackedLinear head, long weightBytes)
    {
        WeightBytes = weightBytes;
        _tables = tables;
        _body = body;
        _head = head;
        MaxTokens = tables.Positions > 0 || body.MaxTokens is not null ? Math.Min(tables.Positions > 0 ? tables.Positions : int.MaxValue, body.MaxTokens ?? int.MaxValue) : null;
    }

    /// <summary>V.</summary>
    internal int Vocabulary => _head.Outputs;

    /// <summary>Bytes of all weights in float32.</summary>
    internal long WeightBytes { get; }

    /// <summary>Most tokens that a sequence can be read to: rows of the shortest learned table of positions; null where there is none.</summary>
    internal int? MaxTokens { get; }

    /// <summary>Compiles the network of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="weights">Every slot.</param>
    /// <returns>The network.</returns>
    /// <exception cref="PanguException">It is no language model, or its tokens see what comes after them.</exception>
    internal static CompiledTokenNetwork Of(ModelConfig model, IReadOnlyDictionary<string, TensorData> weights)
    {
        if (model.Embedder is not TokenEmbedder embedder || model.Head is not NextTokenHead head)
        {
            throw PanguException.Usage("language-model", $"The model has a {model.Embedder.GetType().Name} and a {model.Head.GetType().Name}; a language model needs a token embedder and a next-token head.");
        }

        var store = new WeightStore(weights);
        var body = CompiledBody.Of(model.Body, store);
        if (!body.IsCausal)
        {
            throw PanguException.Usage("language-causal", "Some attention of the model sees tokens that come later, or other channels; text is continued by models whose tokens see only those before them (scope causal).");
        }

        var tables = new TokenTables(store.Read("embedder.tokens"), embedder.Positions > 0 ? store.Read("embedder.positions") : [], embedder.Width);
        var projection = head.Tied
            ? store.Cached("embedder.tokens", () => new LinearRows(tables.Tokens, [], embedder.Vocabulary, embedder.Width))
            : store.Linear("head.projection");
        return new CompiledTokenNetwork(tables, body, projection, sizeof(float) * model.ParameterCount());
    }

    /// <summary>Memory for one sequence.</summary>
    /// <param name="capacity">Most tokens of the sequence.</param>
    /// <param name="maxRows">Most tokens that are read at once.</param>
    /// <param name="sharing">Threads that products are shared with; null for the caller's alone.</param>
    internal TokenMemory CreateMemory(int capacity, int maxRows, LinearSharing? sharing)
    {
        _body.Reach(capacity);
        var frame = new BodyFrame(_body.Sizes(_tables.Width, maxRows, capacity), 1, sharing);
        return new TokenMemory(frame, _body.CreateMemory(capacity, maxRows));
    }

    /// <summary>Reads tokens. The stream of the frame becomes what the head reads.</summary>
    /// <param name="ids">Ids below V, at most as many as the memory takes at once.</param>
    /// <param name="past">Tokens of the sequence before them.</param>
    /// <param name="lastTokens">How many of the last tokens the caller looks at; 0 for all.</param>
    /// <param name="memory">The sequence's memory.</param>
    /// <param name="tap">Receives intermediate values; null for none.</param>
    internal void Read(ReadOnlySpan<int> ids, int past, int lastTokens, TokenMemory memory, IActivationTap? tap)
    {
        memory.Frame.Continue(ids.Length, past, memory.Sequence, tap);
        _tables.Embed(ids, past, memory.Frame.Stream);
        _body.Run(memory.Frame, lastTokens);
    }

    /// <summary>Logits of tokens that were read.</summary>
    /// <param name="stream">[T, D]: what the body gave for them.</param>
    /// <param name="logits">[T, V]; replaced.</param>
    /// <param name="sharing">Threads that large products are shared with; null for the caller's alone.</param>
    internal void Project(ReadOnlySpan<float> stream, Span<float> logits, LinearSharing? sharing) =>
        _head.Multiply(stream, _head.Inputs, logits, _head.Outputs, stream.Length / _head.Inputs, add: false, sharing);
}

/// <summary>What one sequence is computed in.</summary>
/// <param name="Frame">Values of the tokens that are being read.</param>
/// <param name="Sequence">What is kept of all tokens so far.</param>
internal sealed record TokenMemory(BodyFrame Frame, SequenceMemory Sequence);

/// <summary>Tables of tokens and positions. Immutable.</summary>
/// <param name="Tokens">[V, D].</param>
/// <param name="PositionRows">[positions, D]; empty for none.</param>
/// <param name="Width">D.</param>
internal sealed record TokenTables(float[] Tokens, float[] PositionRows, int Width)
{
    /// <summary>Rows of the table of positions; 0 for none.</summary>
    internal int Positions => PositionRows.Length / Width;

    /// <summary>Looks tokens up.</summary>
    /// <param name="ids">T ids.</param>
    /// <param name="past">Position of the first.</param>
    /// <param name="stream">[T, D]; replaced.</param>
    internal void Embed(ReadOnlySpan<int> ids, int past, Span<float> stream)
    {
        for (var i = 0; i < ids.Length; i++)
        {
            Tokens.AsSpan(ids[i] * Width, Width).CopyTo(stream.Slice(i * Width, Width));
        }

        if (PositionRows.Length > 0)
        {
            Elementwise.Add(PositionRows.AsSpan(past * Width, ids.Length * Width), stream[..(ids.Length * Width)]);
        }
    }
}
