namespace Pangu.Numerics;

/// <summary>A linear layer y = x W^T + bias whose weights were packed once for <see cref="Tile"/>. Immutable; safe for many callers at once.</summary>
/// <remarks>
/// Packing: panels of 32 outputs, in each input after input, so that a step reads 128 contiguous bytes; the last panel is 16 or 32 wide, filled up with zeros. Long inputs are cut into
/// blocks of 256 so that a panel stays in the first-level cache; every output is summed over the inputs in order, from bias on, whatever the number of rows: a row's result does not depend
/// on the rows beside it.
/// </remarks>
public sealed unsafe class PackedLinear
{
    private const int BlockDepth = 256;

    private readonly AlignedBuffer<float> _panels;
    private readonly AlignedBuffer<float>? _bias;

    /// <summary>Packs a layer.</summary>
    /// <param name="weights">[outputs, inputs] row-major.</param>
    /// <param name="bias">[outputs]; empty for none.</param>
    /// <param name="outputs">Outputs, at least 1.</param>
    /// <param name="inputs">Inputs, at least 1.</param>
    /// <exception cref="ArgumentException">A size does not fit.</exception>
    public PackedLinear(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, int outputs, int inputs)
    {
        if (outputs < 1 || inputs < 1 || weights.Length != (long)outputs * inputs)
        {
            throw new ArgumentException($"{weights.Length} weights are not {outputs} x {inputs}.", nameof(weights));
        }

        RowShape.CheckWidth(bias, outputs, nameof(bias));
        Outputs = outputs;
        Inputs = inputs;
        var padded = (outputs + Tile.Step - 1) / Tile.Step * Tile.Step;
        _panels = new AlignedBuffer<float>(checked(padded * inputs));
        if (!bias.IsEmpty)
        {
            _bias = new AlignedBuffer<float>(padded);
            bias.CopyTo(_bias.Span);
        }

        var panels = _panels.Span;
        for (var output = 0; output < outputs; output++)
        {
            var panel = output / Tile.Width * Tile.Width;
            var width = Math.Min(Tile.Width, padded - panel);
            for (var input = 0; input < inputs; input++)
            {
                panels[(panel * inputs) + (input * width) + output - panel] = weights[(output * inputs) + input];
            }
        }
    }

    /// <summary>Outputs N.</summary>
    public int Outputs { get; }

    /// <summary>Inputs K.</summary>
    public int Inputs { get; }

    /// <summary>y = x W^T + bias.</summary>
    /// <param name="x">[rows, inputs] row-major.</param>
    /// <param name="y">[rows, outputs] row-major; replaced.</param>
    /// <param name="rows">Rows.</param>
    public void Multiply(ReadOnlySpan<float> x, Span<float> y, int rows) => Multiply(x, Inputs, y, Outputs, rows, add: false);

    /// <summary>y += x W^T + bias.</summary>
    /// <param name="x">[rows, inputs] row-major.</param>
    /// <param name="y">[rows, outputs] row-major; added to.</param>
    /// <param name="rows">Rows.</param>
    public void MultiplyAdd(ReadOnlySpan<float> x, Span<float> y, int rows) => Multiply(x, Inputs, y, Outputs, rows, add: true);

    /// <summary>The product over rows that lie apart.</summary>
    /// <param name="x">First row's first number.</param>
    /// <param name="xStride">Distance between rows of x, at least the number of inputs, or less where rows overlap (patches of a series).</param>
    /// <param name="y">First row's first number.</param>
    /// <param name="yStride">Distance between rows of y, at least the number of outputs.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="add">Whether y is added to or replaced.</param>
    /// <param name="sharing">Threads to share a large product with; null for the caller's alone.</param>
    public void Multiply(ReadOnlySpan<float> x, int xStride, Span<float> y, int yStride, int rows, bool add, LinearSharing? sharing = null)
    {
        if (rows < 0 || yStride < Outputs || xStride < 0 || (rows > 0 && (x.Length < ((long)(rows - 1) * xStride) + Inputs || y.Length < ((long)(rows - 1) * yStride) + Outputs)))
        {
            throw new ArgumentException($"{rows} rows of {Inputs} inputs at distance {xStride} in {x.Length} numbers, to {Outputs} outputs at distance {yStride} in {y.Length}, do not fit.", nameof(rows));
        }

        fixed (float* a = x, c = y)
        {
            var product = new Product { X = a, XStride = xStride, Y = c, YStride = yStride, Rows = rows, Add = add };
            if (sharing is null || !sharing.TryRun(this, product))
            {
                MultiplyPanels(product, 0, Panels);
            }
        }
    }

    /// <summary>Panels of up to 32 outputs.</summary>
    internal int Panels => (Outputs + Tile.Width - 1) / Tile.Width;

    /// <summary>Some panels of a product.</summary>
    /// <param name="product">What it reads and writes.</param>
    /// <param name="first">First panel; may be beyond the end.</param>
    /// <param name="end">Panel behind the last; may be beyond the end.</param>
    internal void MultiplyPanels(in Product product, int first, int end)
    {
        (first, end) = (Math.Min(first, Panels), Math.Min(end, Panels));
        if (product.Rows == 1)
        {
            var whole = Math.Min(end, Outputs / Tile.Width) - first;
            if (whole > 0)
            {
                RowTile.Run(
                    new RowOperands
                    {
                        X = product.X,
                        Panels = _panels.Pointer + ((nint)first * Tile.Width * Inputs),
                        PanelStride = (nint)Inputs * Tile.Width,
                        Y = product.Y + (first * Tile.Width),
                        Bias = BiasAt(first),
                        Depth = Inputs,
                        Add = product.Add,
                    },
                    whole);
                first += whole;
            }
        }

        for (; first < end; first++)
        {
            MultiplyPanel(product, first);
        }

        GC.KeepAlive(this);
    }

    private float* BiasAt(int panel) => _bias is null ? null : _bias.Pointer + (panel * Tile.Width);

    private void MultiplyPanel(in Product product, int panel)
    {
        var column = panel * Tile.Width;
        var columns = Math.Min(Tile.Width, Outputs - column);
        var width = (columns + Tile.Step - 1) / Tile.Step * Tile.Step;
        var weights = _panels.Pointer + ((nint)column * Inputs);
        for (var start = 0; start < Inputs; start += BlockDepth)
        {
            Tile.Run(
                new TileOperands
                {
                    A = product.X + start,
                    AStride = product.XStride,
                    B = weights + ((nint)start * width),
                    BStride = width,
                    C = product.Y + column,
                    CStride = product.YStride,
                    Bias = start == 0 ? BiasAt(panel) : null,
                    Depth = Math.Min(BlockDepth, Inputs - start),
                    Add = product.Add || start > 0,
                },
                product.Rows,
                columns);
        }
    }
}
