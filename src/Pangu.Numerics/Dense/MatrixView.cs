namespace Pangu.Numerics;

/// <summary>A float32 matrix in memory that the caller holds: number [r, c] stands at <c>First[r * RowStride + c * ColumnStride]</c>. One of the two strides is 1.</summary>
public readonly unsafe struct MatrixView
{
    /// <summary>Looks at a matrix whose rows lie side by side.</summary>
    /// <param name="first">Number [0, 0].</param>
    /// <param name="rows">Rows, 0 or more.</param>
    /// <param name="columns">Columns, 0 or more.</param>
    /// <param name="stride">Distance between rows, at least the columns; 0 for as many as there are columns.</param>
    public MatrixView(float* first, int rows, int columns, int stride = 0)
        : this(first, rows, columns, stride == 0 ? columns : stride, 1)
    {
    }

    private MatrixView(float* first, int rows, int columns, int rowStride, int columnStride)
    {
        First = first;
        (Rows, Columns, RowStride, ColumnStride) = (rows, columns, rowStride, columnStride);
    }

    /// <summary>Number [0, 0].</summary>
    public float* First { get; }

    /// <summary>Rows.</summary>
    public int Rows { get; }

    /// <summary>Columns.</summary>
    public int Columns { get; }

    /// <summary>Distance between rows.</summary>
    public int RowStride { get; }

    /// <summary>Distance between columns.</summary>
    public int ColumnStride { get; }

    /// <summary>The same numbers with rows and columns exchanged; nothing moves.</summary>
    public MatrixView Transposed => new(First, Columns, Rows, ColumnStride, RowStride);

    /// <summary>Some columns of the matrix.</summary>
    /// <param name="start">First column.</param>
    /// <param name="count">Number of columns.</param>
    /// <returns>A view of them.</returns>
    public MatrixView ColumnsFrom(int start, int count) => new(First + ((nint)start * ColumnStride), Rows, count, RowStride, ColumnStride);
}
