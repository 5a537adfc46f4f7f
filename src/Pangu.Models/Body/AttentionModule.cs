using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>
/// Softmax attention. Legend: <c>N</c> rows, <c>T</c> positions, <c>D</c> width, <c>H</c> query heads, <c>K</c> key and value heads, <c>E</c> width of a head.
/// </summary>
/// <remarks>
/// Query, key and value projections run as one product over joined weights, the factor of the scores folded into the query's. Scores are formed explicitly
/// (batched product, softmax, batched product): for the short rows of series this is faster than libtorch's fused attention (benchmarks/).
/// </remarks>
internal sealed class AttentionModule : IPartModule
{
    private readonly Attention _settings;
    private readonly LinearWeights _query;
    private readonly LinearWeights _key;
    private readonly LinearWeights _value;
    private readonly LinearWeights _output;
    private readonly Tensor? _queryNorm;
    private readonly Tensor? _keyNorm;
    private readonly IPositionsModule _positions;
    private readonly IScopeModule _scope;
    private readonly double _scale;

    public AttentionModule(Attention settings, WeightTable weights, string prefix)
    {
        _settings = settings;
        _query = LinearWeights.Of(weights, $"{prefix}.query");
        _key = LinearWeights.Of(weights, $"{prefix}.key");
        _value = LinearWeights.Of(weights, $"{prefix}.value");
        _output = LinearWeights.Of(weights, $"{prefix}.output");
        _queryNorm = weights.Find($"{prefix}.queryNorm.weight");
        _keyNorm = weights.Find($"{prefix}.keyNorm.weight");
        _positions = settings.Positions.Accept(new PositionsBuilder());
        _scope = settings.Scope.Accept(new ScopeBuilder());
        _scale = settings.Scale ?? (1 / Math.Sqrt(settings.HeadWidth));
    }

    public bool MixesTokens => _scope.IsWithinRow;

    public Tensor Forward(Tensor x, ForwardPass pass, int? lastTokens)
    {
        var rows_NTD = _scope.Gather(x, pass);
        var (query, key, value) = lastTokens is null ? Project(rows_NTD, pass) : Project(rows_NTD, lastTokens.Value, pass);
        var attended = NeuralOperators.BatchedMatrixProduct(NeuralOperators.Softmax(Scores(query, key, pass), -1), value);
        return _scope.Scatter(_output.Apply(Join(attended, rows_NTD.size(0)), pass), pass, lastTokens ?? x.size(1));
    }

    /// <summary>[N, T, D] to query [N H, T, E], scaled, and key and value [N H, T, E] (each key head repeated for its query heads).</summary>
    private (Tensor Query, Tensor Key, Tensor Value) Project(Tensor x, ForwardPass pass)
    {
        var (n, t) = (x.size(0), x.size(1));
        int h = _settings.QueryHeads, k = _settings.KeyValueHeads, e = _settings.HeadWidth;
        var joined_NTHE = Joined(pass, ScaledQuery(), _key, _value).Apply(x).view(n, t, h + (2 * k), e);
        if (h == k && _queryNorm is null && !_positions.Turns)
        {
            var parts_3NHTE = joined_NTHE.view(n, t, 3, h, e).permute(2, 0, 3, 1, 4).contiguous();
            return (parts_3NHTE.select(0, 0).view(n * h, t, e), parts_3NHTE.select(0, 1).view(n * h, t, e), parts_3NHTE.select(0, 2).view(n * h, t, e));
        }

        return Place(joined_NTHE.narrow(2, 0, h), joined_NTHE.narrow(2, h, k), joined_NTHE.narrow(2, h + k, k), pass);
    }

    /// <summary>As <see cref="Project(Tensor, ForwardPass)"/>, with queries [N H, W, E] of the last W tokens alone.</summary>
    private (Tensor Query, Tensor Key, Tensor Value) Project(Tensor x, int lastTokens, ForwardPass pass)
    {
        var (n, t) = (x.size(0), x.size(1));
        int h = _settings.QueryHeads, k = _settings.KeyValueHeads, e = _settings.HeadWidth;
        var joined_NTKE = Joined(pass, _key, _value).Apply(x).view(n, t, 2 * k, e);
        var query_NWHE = Joined(pass, ScaledQuery()).Apply(x.narrow(1, t - lastTokens, lastTokens)).view(n, lastTokens, h, e);
        return Place(query_NWHE, joined_NTKE.narrow(2, 0, k), joined_NTKE.narrow(2, k, k), pass);
    }

    /// <summary>The query's projection with the factor of the scores. A norm of the query would undo it; then it goes on the norm's own weight, rotation leaves it alone.</summary>
    private LinearWeights ScaledQuery() => _queryNorm is not null
        ? _query
        : new LinearWeights(Operators.Multiply(_query.Weight, _scale), _query.Bias is null ? null : Operators.Multiply(_query.Bias, _scale));

    private static LinearWeights Joined(ForwardPass pass, params ReadOnlySpan<LinearWeights> layers) => layers.Length == 1
        ? new LinearWeights(pass.Cast(layers[0].Weight), layers[0].Bias is { } bias ? pass.Cast(bias) : null)
        : new LinearWeights(
            pass.Cast(Operators.Concatenate(0, [.. layers.ToArray().Select(layer => layer.Weight)])),
            layers[0].Bias is null ? null : pass.Cast(Operators.Concatenate(0, [.. layers.ToArray().Select(layer => layer.Bias!)])));

    /// <summary>Norms and positions of query [N, W, H, E] and key and value [N, T, K, E].</summary>
    private (Tensor Query, Tensor Key, Tensor Value) Place(Tensor query, Tensor key, Tensor value, ForwardPass pass)
    {
        if (_queryNorm is not null)
        {
            query = NeuralOperators.RmsNorm(query, pass.Cast(Operators.Multiply(_queryNorm, _scale)), _settings.QueryKeyNorm!.Epsilon);
            key = NeuralOperators.RmsNorm(key, pass.Cast(_keyNorm!), _settings.QueryKeyNorm.Epsilon);
        }

        var positions = checked((int)key.size(1));
        var repeats = _settings.QueryHeads / _settings.KeyValueHeads;
        return (Heads(_positions.Apply(query, positions, pass), 1), Heads(_positions.Apply(key, positions, pass), repeats), Heads(value, repeats));
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
        if (_scope.Mask(checked((int)key.size(1))) is not { } mask)
        {
            return NeuralOperators.BatchedMatrixProduct(query, keys_PES);
        }

        var (wanted, all) = (query.size(1), key.size(1));
        return NeuralOperators.AddBatchedMatrixProduct(pass.Cast(wanted == all ? mask : mask.narrow(0, all - wanted, wanted)), query, keys_PES);
    }

    /// <summary>[N H, T, E] to [N, T, H E].</summary>
    private Tensor Join(Tensor attended, long n) =>
        attended.view(n, _settings.QueryHeads, -1, _settings.HeadWidth).transpose(1, 2).flatten(2);
}
