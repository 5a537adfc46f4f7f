using Pangu.Core;
using Pangu.Numerics;
using Pangu.Tensors;
using static TorchSharp.torch;
using Attention = Pangu.Core.Attention;

namespace Pangu.Models;

/// <summary>
/// Softmax attention. Legend: <c>N</c> rows, <c>T</c> positions, <c>W</c> wanted positions at the end, <c>D</c> width, <c>H</c> query heads, <c>K</c> key and value heads, <c>E</c> width of a head.
/// </summary>
/// <remarks>
/// Query, key and value projections run as one product over joined weights, the factor of the scores folded into the query's. Scores are formed explicitly
/// (batched product, softmax, batched product), which for some tens of tokens is faster than libtorch's fused attention; or by our own kernels, where the pass says so.
/// </remarks>
internal sealed class AttentionModule : IPartModule
{
    private readonly Attention _settings;
    private readonly LinearWeights _query;
    private readonly LinearWeights _key;
    private readonly LinearWeights _value;
    private readonly LinearWeights _output;
    private readonly HeadNorms? _norms;
    private readonly IPositionsModule _positions;
    private readonly IScopeModule _scope;
    private readonly IQueryInput _queryInput;
    private readonly double _scale;

    public AttentionModule(Attention settings, WeightTable weights, string prefix)
    {
        _settings = settings;
        _query = LinearWeights.Of(weights, $"{prefix}.query");
        _key = LinearWeights.Of(weights, $"{prefix}.key");
        _value = LinearWeights.Of(weights, $"{prefix}.value");
        _output = LinearWeights.Of(weights, $"{prefix}.output");
        _norms = settings.QueryKeyNorm is { } norm ? new HeadNorms(weights[$"{prefix}.queryNorm.weight"], weights[$"{prefix}.keyNorm.weight"], norm.Epsilon) : null;
        _positions = settings.Positions.Accept(new PositionsBuilder());
        _scope = settings.Scope.Accept(new ScopeBuilder());
        _queryInput = settings.QueryFrom.Accept(new QueryInputBuilder(weights, prefix));
        _scale = settings.Scale ?? (1 / Math.Sqrt(settings.HeadWidth));
    }

    public bool MixesTokens => _scope.IsWithinRow;

    public Tensor Forward(Tensor x, ForwardPass pass, int? lastTokens)
    {
        var rows_NTD = _scope.Gather(x, pass);
        var attended = pass.UsesKernels && lastTokens is null && _queryInput.IsInput && AttentionTraining.Supports(_settings.HeadWidth) && _scope.Interval(pass) is { } seen
            ? AttendByKernel(rows_NTD, seen, pass)
            : Attend(Project(rows_NTD, lastTokens, pass), pass);
        return _scope.Scatter(_output.Apply(attended, pass), pass, lastTokens ?? x.size(1));
    }

    /// <summary>[N, T, H E].</summary>
    private Tensor AttendByKernel(Tensor x, SeenInterval seen, ForwardPass pass)
    {
        var joined = KernelOperators.Linear(x, _query.Layer, _key.Layer, _value.Layer);
        if (_norms is not null || _positions.Turns)
        {
            joined = PrepareByKernel(joined, pass);
        }

        return KernelOperators.Attention(joined, new AttentionShape(_settings.QueryHeads, _settings.KeyValueHeads, _settings.HeadWidth, (float)_scale, seen.Causal, seen.Window), pass.Packed?.FirstSeen);
    }

    /// <summary>Norms and positions of joined queries and keys.</summary>
    private Tensor PrepareByKernel(Tensor joined, ForwardPass pass)
    {
        var positions = checked((int)joined.size(1));
        if (_positions.Tables(positions) is not { } tables)
        {
            var (query, key, value) = Heads([joined]);
            query = _positions.Apply(_norms?.Query(query, pass) ?? query, positions, pass);
            key = _positions.Apply(_norms?.Key(key, pass) ?? key, positions, pass);
            return Operators.Concatenate(2, query, key, value).flatten(2);
        }

        var shape = new HeadShape(_settings.QueryHeads, _settings.KeyValueHeads, _settings.HeadWidth, tables.TurnedWidth, (float)(_norms?.Epsilon ?? 0));
        return KernelOperators.PrepareHeads(joined, new HeadSettings(shape) { QueryNorm = _norms?.QueryWeight, KeyNorm = _norms?.KeyWeight, Cosines = tables.Cosines, Sines = tables.Sines, FirstSeen = pass.Packed?.FirstSeen });
    }

    /// <summary>
    /// [N, T, D] to one tensor [N, T, (H + 2 K) E] of scaled queries, keys and values; or, where the queries of the last W tokens alone are wanted or are made of something else, [N, W, H E] and
    /// [N, T, 2 K E]; or, where queries and keys are normed or turned, queries, keys and values apart.
    /// </summary>
    private IReadOnlyList<Tensor> Project(Tensor x, int? lastTokens, ForwardPass pass)
    {
        var t = x.size(1);
        IReadOnlyList<Tensor> projections = lastTokens is null && _queryInput.IsInput
            ? [Joined(pass, ScaledQuery(), _key, _value).Apply(x)]
            : [Queries(x, lastTokens ?? t, pass), Joined(pass, _key, _value).Apply(x)];
        if (_norms is null && !_positions.Turns)
        {
            return projections;
        }

        var (query, key, value) = Heads(projections);
        if (_norms is not null)
        {
            query = _norms.Query(query, pass, _scale);
            key = _norms.Key(key, pass);
        }

        var positions = checked((int)t);
        return [_positions.Apply(query, positions, pass).flatten(2), _positions.Apply(key, positions, pass).flatten(2), value.flatten(2)];
    }

    /// <summary>Queries of the last tokens: [N, W, H E].</summary>
    private Tensor Queries(Tensor x, long wanted, ForwardPass pass)
    {
        var input = _queryInput.Of(x, pass);
        var queries = Joined(pass, ScaledQuery()).Apply(input.narrow(1, x.size(1) - wanted, wanted));
        return queries.size(0) == x.size(0) ? queries : queries.expand(x.size(0), -1, -1).contiguous();
    }

    /// <summary>Projections to query [N, W, H, E], key and value [N, T, K, E].</summary>
    private (Tensor Query, Tensor Key, Tensor Value) Heads(IReadOnlyList<Tensor> projections)
    {
        int h = _settings.QueryHeads, k = _settings.KeyValueHeads;
        Tensor Split(Tensor x) => x.view(x.size(0), x.size(1), -1, _settings.HeadWidth);
        switch (projections.Count)
        {
            case 1:
                var joined = Split(projections[0]);
                return (joined.narrow(2, 0, h), joined.narrow(2, h, k), joined.narrow(2, h + k, k));
            case 2:
                var pair = Split(projections[1]);
                return (Split(projections[0]), pair.narrow(2, 0, k), pair.narrow(2, k, k));
            default:
                return (Split(projections[0]), Split(projections[1]), Split(projections[2]));
        }
    }

    /// <summary>The query's projection with the factor of the scores. A norm of the query would undo it; then it goes on the norm's own weight, rotation leaves it alone.</summary>
    private LinearWeights ScaledQuery() => _norms is not null
        ? _query
        : new LinearWeights(Operators.Multiply(_query.Weight, _scale), _query.Bias is null ? null : Operators.Multiply(_query.Bias, _scale));

    private static LinearWeights Joined(ForwardPass pass, params ReadOnlySpan<LinearWeights> layers) => layers.Length == 1
        ? new LinearWeights(pass.Cast(layers[0].Weight), layers[0].Bias is { } bias ? pass.Cast(bias) : null)
        : new LinearWeights(
            pass.Cast(Operators.Concatenate(0, [.. layers.ToArray().Select(layer => layer.Weight)])),
            layers[0].Bias is null ? null : pass.Cast(Operators.Concatenate(0, [.. layers.ToArray().Select(layer => layer.Bias!)])));

    /// <summary>Batched products over rows and heads. [N, W, H E].</summary>
    private Tensor Attend(IReadOnlyList<Tensor> projections, ForwardPass pass)
    {
        var repeats = _settings.QueryHeads / _settings.KeyValueHeads;
        Tensor query, key, value;
        if (projections.Count == 1 && repeats == 1)
        {
            // One copy for all three.
            var parts_3NHTE = projections[0].view(projections[0].size(0), -1, 3, _settings.QueryHeads, _settings.HeadWidth).permute(2, 0, 3, 1, 4).contiguous();
            Tensor Part(int index) => parts_3NHTE.select(0, index).flatten(0, 1);
            (query, key, value) = (Part(0), Part(1), Part(2));
        }
        else
        {
            var (query_NWHE, key_NTKE, value_NTKE) = Heads(projections);
            (query, key, value) = (Heads(query_NWHE, 1), Heads(key_NTKE, repeats), Heads(value_NTKE, repeats));
        }

        var attended = NeuralOperators.BatchedMatrixProduct(NeuralOperators.Softmax(Scores(query, key, pass), -1), value);
        return attended.view(projections[0].size(0), _settings.QueryHeads, -1, _settings.HeadWidth).transpose(1, 2).flatten(2);
    }

    /// <summary>[N, T, K, E] to [N K repeats, T, E].</summary>
    private static Tensor Heads(Tensor x, int repeats)
    {
        var (n, t, k, e) = (x.size(0), x.size(1), x.size(2), x.size(3));
        var heads_NKTE = x.transpose(1, 2);
        return repeats == 1
            ? heads_NKTE.reshape(n * k, t, e)
            : heads_NKTE.unsqueeze(2).expand(n, k, repeats, t, e).reshape(n * k * repeats, t, e);
    }

    private Tensor Scores(Tensor query, Tensor key, ForwardPass pass)
    {
        var keys_PES = key.transpose(1, 2);
        if (_scope.Mask(checked((int)key.size(1)), pass) is not { } mask)
        {
            return NeuralOperators.BatchedMatrixProduct(query, keys_PES);
        }

        var (wanted, all) = (query.size(1), key.size(1));
        mask = pass.Cast(wanted == all ? mask : mask.narrow(-2, all - wanted, wanted));
        if (mask.dim() == 3)
        {
            mask = mask.unsqueeze(1).expand(-1, _settings.QueryHeads, -1, -1).flatten(0, 1);
        }

        return NeuralOperators.AddBatchedMatrixProduct(mask, query, keys_PES);
    }
}

/// <summary>RMS norms of each query and key head, before positions.</summary>
/// <param name="query">[E].</param>
/// <param name="key">[E].</param>
/// <param name="epsilon">Added to the mean square.</param>
internal sealed class HeadNorms(Tensor query, Tensor key, double epsilon)
{
    /// <summary>Weight of the queries' norm [E].</summary>
    public Tensor QueryWeight => query;

    /// <summary>Weight of the keys' norm [E].</summary>
    public Tensor KeyWeight => key;

    /// <summary>Added to the mean square.</summary>
    public double Epsilon => epsilon;

    /// <summary>Norms queries, times a factor.</summary>
    /// <param name="x">[N, W, H, E].</param>
    /// <param name="pass">The forward pass.</param>
    /// <param name="factor">A number.</param>
    /// <returns>As <paramref name="x"/>.</returns>
    public Tensor Query(Tensor x, ForwardPass pass, double factor = 1) => NeuralOperators.RmsNorm(x, pass.Cast(factor == 1 ? query : Operators.Multiply(query, factor)), epsilon);

    /// <summary>Norms keys.</summary>
    /// <param name="x">[N, T, K, E].</param>
    /// <param name="pass">The forward pass.</param>
    /// <returns>As <paramref name="x"/>.</returns>
    public Tensor Key(Tensor x, ForwardPass pass) => NeuralOperators.RmsNorm(x, pass.Cast(key), epsilon);
}
