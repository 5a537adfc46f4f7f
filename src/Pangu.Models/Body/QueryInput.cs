using Pangu.Core;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>What queries are projections of.</summary>
internal interface IQueryInput
{
    /// <summary>Whether it is the branch's own input.</summary>
    bool IsInput { get; }

    /// <summary>What queries of a row are projections of.</summary>
    /// <param name="x">[N, T, D], the branch's input.</param>
    /// <param name="pass">The forward pass.</param>
    /// <returns>[N, T, D], or [1, T, D] where all rows have the same.</returns>
    Tensor Of(Tensor x, ForwardPass pass);
}

/// <summary>Builds it from its config.</summary>
/// <param name="weights">All weights of the model.</param>
/// <param name="prefix">Name of the branch.</param>
internal sealed class QueryInputBuilder(WeightTable weights, string prefix) : IQuerySourceVisitor<IQueryInput>
{
    /// <inheritdoc/>
    public IQueryInput Visit(OwnTokens tokens) => new Own();

    /// <inheritdoc/>
    public IQueryInput Visit(PositionQueries positions) => new PositionRows(weights[$"{prefix}.queryPositions"]);

    private sealed class Own : IQueryInput
    {
        public bool IsInput => true;

        public Tensor Of(Tensor x, ForwardPass pass) => x;
    }
}

/// <summary>A learned row a position (Pangu-alpha's query layer; position tables of embedders).</summary>
/// <param name="table">[positions, D].</param>
internal sealed class PositionRows(Tensor table) : IQueryInput
{
    public bool IsInput => false;

    /// <inheritdoc/>
    /// <exception cref="PanguException">The row is longer than the table.</exception>
    public Tensor Of(Tensor x, ForwardPass pass)
    {
        if (x.size(1) > table.size(0))
        {
            throw PanguException.Usage("positions-exceeded", $"A row has {x.size(1)} tokens, but the model's table of positions has {table.size(0)}; shorten the text, or train a model with a longer table.");
        }

        return pass.Cast(pass.Packed is { } packed ? Tensors.Operators.LookUp(table, packed.Places) : table.narrow(0, 0, x.size(1)).unsqueeze(0));
    }
}
