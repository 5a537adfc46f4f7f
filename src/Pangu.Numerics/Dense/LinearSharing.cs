namespace Pangu.Numerics;

/// <summary>Shares the panels of one product among the threads of a pool, where it is large enough to pay. For one caller at a time; nothing is allocated a call. The bits do not depend on the number of threads.</summary>
/// <param name="pool">The threads for large products.</param>
/// <param name="crew">The threads for small ones; null to leave these to the caller.</param>
public sealed unsafe class LinearSharing(WorkerPool pool, CloseCrew? crew = null) : IPieces
{
    // Below this many multiply-adds (a megabyte of weights for one row, some 50 microseconds) a second thread pays only where it follows closely.
    private const long LeastWork = 1 << 18;

    // Below this many (about a microsecond) it never does.
    private const long LeastCloseWork = 1 << 15;

    // Pieces a thread of large products, so that one that comes late leaves little.
    private const int PiecesAThread = 4;

    private PackedLinear? _layer;
    private Product _product;
    private int _panelsAPiece;

    /// <summary>The threads that share small work now; null where it is the caller's alone.</summary>
    internal CloseCrew? Crew => Close ? crew : null;

    /// <summary>Whether small products are shared too: it pays where jobs follow each other within microseconds and a processor is idle, which the caller finds out by measuring.</summary>
    public bool Close { get; set; }

    /// <inheritdoc/>
    public void Run(int piece, int worker) => _layer!.MultiplyPanels(_product, piece * _panelsAPiece, (piece + 1) * _panelsAPiece);

    /// <summary>Computes a product.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="product">What it reads and writes; its memory does not move meanwhile.</param>
    /// <returns>False where the product is too small to be shared; then nothing was done.</returns>
    internal bool TryRun(PackedLinear layer, Product product)
    {
        var work = (long)product.Rows * layer.Outputs * layer.Inputs;
        var small = work < LeastWork;
        if (small ? Crew is null || work < LeastCloseWork : pool.Threads == 1)
        {
            return false;
        }

        (_layer, _product) = (layer, product);
        var pieces = small ? crew!.Threads : pool.Threads * PiecesAThread;

        // Pairs of panels stay together: they are what one row is multiplied with at a time.
        _panelsAPiece = Math.Max(2, ((layer.Panels + pieces - 1) / pieces + 1) / 2 * 2);
        if (small)
        {
            crew!.Run(this);
        }
        else
        {
            pool.Run(this, (layer.Panels + _panelsAPiece - 1) / _panelsAPiece);
        }

        _layer = null;
        return true;
    }
}

/// <summary>What a product of a packed layer reads and writes.</summary>
internal unsafe struct Product
{
    /// <summary>First row of x.</summary>
    internal float* X;

    /// <summary>Distance between rows of x.</summary>
    internal nint XStride;

    /// <summary>First row of y.</summary>
    internal float* Y;

    /// <summary>Distance between rows of y.</summary>
    internal nint YStride;

    /// <summary>Rows.</summary>
    internal int Rows;

    /// <summary>Whether y is added to (true) or replaced (false).</summary>
    internal bool Add;
}
