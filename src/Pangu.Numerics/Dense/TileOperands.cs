namespace Pangu.Numerics;

/// <summary>What one tile of a float32 product reads and writes: C[r, c] = (C[r, c] or 0) + bias[c] + sum over k of A[r, k] * B[k, c].</summary>
internal unsafe struct TileOperands
{
    /// <summary>A's first row of the tile.</summary>
    internal float* A;

    /// <summary>Distance between rows of A.</summary>
    internal nint AStride;

    /// <summary>Numbers of A skipped from one step to the next: 0 where a row's steps lie side by side; a transposed A has a row distance of 1 and skips the rest of its own row.</summary>
    internal nint ASkip;

    /// <summary>B's first step and column of the tile.</summary>
    internal float* B;

    /// <summary>Distance between steps of B.</summary>
    internal nint BStride;

    /// <summary>C's first number of the tile.</summary>
    internal float* C;

    /// <summary>Distance between rows of C.</summary>
    internal nint CStride;

    /// <summary>Bias of the tile's columns; null for none.</summary>
    internal float* Bias;

    /// <summary>Steps k.</summary>
    internal nint Depth;

    /// <summary>Whether C is added to (true) or replaced (false).</summary>
    internal bool Add;
}
