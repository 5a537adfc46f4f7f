using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>
/// Softmax attention. Legend: <c>N</c> rows, <c>T</c> positions, <c>D</c> width, <c>H</c> query heads, <c>K</c> key and value heads, <c>E</c> width of a head.
/// </summary>
/// <remarks>
/// Query, key and value projections run as one product over joined weights, the factor of the scores folded into the query's. Scores are formed explicitly
/// (batched product, softmax, batched product), which for some tens of tokens is faster than libtorch's fused attention.
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
        var projections = Project(rows_NTD, lastTokens, pass);
        return _scope.Scatter(_output.Apply(Attend(projections, pass), pass), pass, lastTokens ?? x.size(1));
    }

    /// <summary>
    /// [N, T, D] to one tensor [N, T, (H + 2 K) E] of scaled queries, keys and values; or, where the queries of the last W tokens alone are wanted, [N, W, H E] and
    /// [N, T, 2 K E]; or, where queries and keys are normed or turned, queries, keys and values apart.
    /// </summary>
    private IReadOnlyList<Tensor> Project(Tensor x, int? lastTokens, ForwardPass pass)
    {
        var t = x.size(1);
        IReadOnlyList<Tensor> projections = lastTokens is { } wanted
            ? [Joined(pass, ScaledQuery()).Apply(x.narrow(1, t - wanted, wanted)), Joined(pass, _key, _value).Apply(x)]
            : [Joined(pass, ScaledQuery(), _key, _value).Apply(x)];
        if (_queryNorm is null && !_positions.Turns)
        {
            return projections;
        }

        var (query, key, value) = Heads(projections);
        if (_queryNorm is not null)
        {
            query = NeuralOperators.RmsNorm(query, pass.Cast(Operators.Multiply(_queryNorm, _scale)), _settings.QueryKeyNorm!.Epsilon);
            key = NeuralOperators.RmsNorm(key, pass.Cast(_keyNorm!), _settings.QueryKeyNorm.Epsilon);
        }

        var positions = checked((int)t);
        return [_positions.Apply(query, positions, pass).flatten(2), _positions.Apply(key, positions, pass).flatten(2), value.flatten(2)];
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
    private LinearWeights ScaledQuery() => _queryNorm is not null
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
        if (_scope.Mask(checked((int)key.size(1))) is not { } mask)
        {
            return NeuralOperators.BatchedMatrixProduct(query, keys_PES);
        }

        var (wanted, all) = (query.size(1), key.size(1));
        return NeuralOperators.AddBatchedMatrixProduct(pass.Cast(wanted == all ? mask : mask.narrow(0, all - wanted, wanted)), query, keys_PES);
    }
}
