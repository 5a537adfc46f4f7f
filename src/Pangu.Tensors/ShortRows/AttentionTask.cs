namespace Pangu.Tensors.ShortRows;

/// <summary>
/// Sizes and addresses of one attention over short rows. Legend: <c>N</c> rows, <c>T</c> positions, <c>W</c> query positions (the last W of T), <c>H</c> query heads,
/// <c>K</c> key and value heads, <c>E</c> width of a head, <c>P</c> positions rounded up to whole vectors.
/// </summary>
/// <remarks>A stride is the distance from one position to the next, in numbers; the heads of a position lie side by side. Gradients lie as what they are gradients of.</remarks>
internal unsafe struct AttentionTask
{
    public float* Query;
    public float* Key;
    public float* Value;
    public float* Output;
    public float* Probabilities;
    public float* OutputGradient;
    public float* QueryGradient;
    public float* KeyGradient;
    public float* ValueGradient;
    public int QueryStride;
    public int KeyStride;
    public int ValueStride;
    public int Wanted;
    public int Positions;
    public int PaddedPositions;
    public int Heads;
    public int KeyValueHeads;
    public int HeadWidth;

    /// <summary>How many positions back a query sees, itself included; 0 when it sees the whole row.</summary>
    public int Window;

    public readonly float* QueryAt(float* tensor, long row, int head, int position) => tensor + (((row * Wanted) + position) * QueryStride) + (head * HeadWidth);

    public readonly float* OutputAt(float* tensor, long row, int head, int position) => tensor + (((row * Wanted) + position) * Heads * HeadWidth) + (head * HeadWidth);

    public readonly float* KeyAt(float* tensor, int stride, long row, int head) => tensor + (row * Positions * stride) + (head * HeadWidth);

    public readonly float* ProbabilitiesAt(long row, int head, int position) => Probabilities + (((((row * Heads) + head) * Wanted) + position) * PaddedPositions);
}
