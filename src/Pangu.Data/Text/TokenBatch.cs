namespace Pangu.Data;

/// <summary>Sizes of a batch of token rows.</summary>
/// <param name="Rows">B: rows.</param>
/// <param name="Positions">T: tokens of a row.</param>
public sealed record TokenBatchShape(int Rows, int Positions)
{
    /// <summary>Tokens of a batch, B T.</summary>
    public int Tokens => Rows * Positions;

    /// <summary>Every problem of the sizes.</summary>
    /// <returns>Messages that name the property; empty when the sizes are sound.</returns>
    public IReadOnlyList<string> Validate() =>
    [
        .. new (string Name, int Value)[] { ("rows", Rows), ("positions", Positions) }
            .Where(size => size.Value < 1)
            .Select(size => $"batch.{size.Name} is {size.Value}; it must be at least 1"),
    ];
}

/// <summary>A batch of token rows for training: what stands at each position, what should follow it, and how much that counts.</summary>
/// <remarks>Belongs to whoever made it: its arrays may be used again by the next call to <see cref="ITokenBatches.Get"/>.</remarks>
public sealed class TokenBatch
{
    /// <summary>Allocates a batch: every id and target 0, every weight 1, no document beginning inside a row.</summary>
    /// <param name="shape">Its sizes.</param>
    public TokenBatch(TokenBatchShape shape)
    {
        Shape = shape;
        Ids = new long[shape.Tokens];
        Targets = new long[shape.Tokens];
        Weights = new float[shape.Tokens];
        DocumentStarts = new bool[shape.Tokens];
        Weights.AsSpan().Fill(1);
    }

    /// <summary>Its sizes.</summary>
    public TokenBatchShape Shape { get; }

    /// <summary>Token ids [B, T].</summary>
    public long[] Ids { get; }

    /// <summary>The token that should follow each position [B, T]; any token id where the weight is 0.</summary>
    public long[] Targets { get; }

    /// <summary>How much each target counts [B, T]: 0 where there is nothing to predict (padding, the last token of a document), else usually 1. The loss is the weighted sum over the sum of weights.</summary>
    public float[] Weights { get; }

    /// <summary>True where a document begins [B, T]. Documents of one row do not see each other and count their positions from 0; the first position of a row always begins one, whatever stands here.</summary>
    public bool[] DocumentStarts { get; }

    /// <summary>Whether any row holds more than one document.</summary>
    public bool IsPacked
    {
        get
        {
            for (var i = 0; i < DocumentStarts.Length; i++)
            {
                if (DocumentStarts[i] && i % Shape.Positions > 0)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
