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

    public Tensor Forward(Tensor x, ForwardPass pass)
    {
        var rows_NTD = _scope.Gather(x, pass);
        var (query, key, value) = Project(rows_NTD);
        var scores_PTS = Scores(query, key);
        var attended = NeuralOperators.BatchedMatrixProduct(NeuralOperators.Softmax(scores_PTS, -1), value);
        return _scope.Scatter(_output.Apply(Join(attended, rows_NTD.size(0), rows_NTD.size(1))), pass, x.size(1));
    }

    /// <summary>[N, T, D] to query [N H, T, E], scaled, and key and value [N H, T, E] (each key head repeated for its query heads).</summary>
    private (Tensor Query, Tensor Key, Tensor Value) Project(Tensor x)
    {
        var (n, t) = (x.size(0), x.size(1));
        int h = _settings.QueryHeads, k = _settings.KeyValueHeads, e = _settings.HeadWidth;
        // A norm of the query would undo a factor on its weights; it goes on the norm's own weight instead, rotation leaves it alone.
        var queryFactor = _queryNorm is null ? _scale : 1;
        var weight = Operators.Concatenate(0, Operators.Multiply(_query.Weight, queryFactor), _key.Weight, _value.Weight);
        var bias = _query.Bias is null ? null : Operators.Concatenate(0, Operators.Multiply(_query.Bias, queryFactor), _key.Bias!, _value.Bias!);
        var joined_NTHE = NeuralOperators.Linear(x, weight, bias).view(n, t, h + (2 * k), e);
        if (h == k && _queryNorm is null && !_positions.Turns)
        {
            var parts_3NHTE = joined_NTHE.view(n, t, 3, h, e).permute(2, 0, 3, 1, 4).contiguous();
            return (parts_3NHTE.select(0, 0).view(n * h, t, e), parts_3NHTE.select(0, 1).view(n * h, t, e), parts_3NHTE.select(0, 2).view(n * h, t, e));
        }

        var query = joined_NTHE.narrow(2, 0, h);
        var key = joined_NTHE.narrow(2, h, k);
        var value = joined_NTHE.narrow(2, h + k, k);
        if (_queryNorm is not null)
        {
            query = NeuralOperators.RmsNorm(query, Operators.Multiply(_queryNorm, _scale), _settings.QueryKeyNorm!.Epsilon);
            key = NeuralOperators.RmsNorm(key, _keyNorm, _settings.QueryKeyNorm.Epsilon);
        }

        return (Heads(_positions.Apply(query), 1), Heads(_positions.Apply(key), h / k), Heads(value, h / k));
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

    private Tensor Scores(Tensor query, Tensor key)
    {
        var keys_PES = key.transpose(1, 2);
        return _scope.Mask(checked((int)query.size(1))) is { } mask
            ? NeuralOperators.AddBatchedMatrixProduct(mask, query, keys_PES)
            : NeuralOperators.BatchedMatrixProduct(query, keys_PES);
    }

    /// <summary>[N H, T, E] to [N, T, H E].</summary>
    private Tensor Join(Tensor attended, long n, long t) =>
        attended.view(n, _settings.QueryHeads, t, _settings.HeadWidth).transpose(1, 2).reshape(n, t, -1);
}
