namespace Pangu.Numerics;

/// <summary>Gathers X^T X and X^T Y of a least-squares problem from blocks of rows, so that the rows never lie in memory together. Legend: <c>n</c> inputs, <c>m</c> outputs.</summary>
/// <remarks>
/// Products and sums are in double: the product of two floats is exact there, so the error is that of the sums, at most rows * 2^-53 relative to the sum of magnitudes. Only the upper triangle
/// of X^T X is computed. The result does not depend on the number of threads; it does depend, in the last bits, on how the rows are cut into blocks. Not safe for several callers at once: let
/// each thread fill its own and <see cref="Merge"/> them in a fixed order.
/// </remarks>
public sealed unsafe class GramAccumulator
{
    // Rows packed at once: 512 rows of 2,048 columns are 8 MiB.
    private const int PassRows = 512;

    private readonly int _threads;
    private readonly double[] _gram;
    private readonly double[] _cross;
    private readonly DoublePanels _inputPanels;
    private readonly DoublePanels _outputPanels;

    /// <summary>Starts with no rows.</summary>
    /// <param name="inputs">n, at least 1.</param>
    /// <param name="outputs">m, at least 0.</param>
    /// <param name="threads">Most threads; 0 for all processors.</param>
    public GramAccumulator(int inputs, int outputs, int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(outputs);
        Inputs = inputs;
        Outputs = outputs;
        _threads = threads;
        _gram = new double[checked(inputs * inputs)];
        _cross = new double[checked(inputs * outputs)];
        _inputPanels = new DoublePanels(PassRows, inputs);
        _outputPanels = new DoublePanels(PassRows, outputs);
    }

    /// <summary>n.</summary>
    public int Inputs { get; }

    /// <summary>m.</summary>
    public int Outputs { get; }

    /// <summary>Rows added so far.</summary>
    public long Rows { get; private set; }

    /// <summary>X^T X, [n, n] row-major, both triangles.</summary>
    /// <returns>A new array.</returns>
    public double[] Gram()
    {
        var full = (double[])_gram.Clone();
        for (var row = 1; row < Inputs; row++)
        {
            for (var column = 0; column < row; column++)
            {
                full[(row * Inputs) + column] = full[(column * Inputs) + row];
            }
        }

        return full;
    }

    /// <summary>X^T Y, [n, m] row-major.</summary>
    /// <returns>A new array.</returns>
    public double[] Cross() => (double[])_cross.Clone();

    /// <summary>Adds rows. They must be finite: one NaN makes its row and column of the sums NaN.</summary>
    /// <param name="inputs">X, [rows, n] row-major.</param>
    /// <param name="outputs">Y, [rows, m] row-major.</param>
    /// <param name="rows">Number of rows, 0 or more.</param>
    /// <exception cref="ArgumentException">A block has another size than rows * n or rows * m.</exception>
    public void Add(ReadOnlySpan<float> inputs, ReadOnlySpan<float> outputs, int rows)
    {
        if (inputs.Length != (long)rows * Inputs || outputs.Length != (long)rows * Outputs)
        {
            throw new ArgumentException($"Blocks of {inputs.Length} inputs and {outputs.Length} outputs are not {rows} rows of {Inputs} and {Outputs}.", nameof(inputs));
        }

        fixed (float* x = inputs, y = outputs)
        {
            for (var start = 0; start < rows; start += PassRows)
            {
                AddPass(x + ((long)start * Inputs), y + ((long)start * Outputs), Math.Min(PassRows, rows - start));
            }
        }

        Rows += rows;
    }

    /// <summary>Adds what another accumulator has gathered.</summary>
    /// <param name="other">One of the same sizes; unchanged.</param>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    public void Merge(GramAccumulator other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Inputs != Inputs || other.Outputs != Outputs)
        {
            throw new ArgumentException($"Accumulators of {Inputs} x {Outputs} and {other.Inputs} x {other.Outputs} cannot be merged.", nameof(other));
        }

        for (var i = 0; i < _gram.Length; i++)
        {
            _gram[i] += other._gram[i];
        }

        for (var i = 0; i < _cross.Length; i++)
        {
            _cross[i] += other._cross[i];
        }

        Rows += other.Rows;
    }

    private void AddPass(float* inputs, float* outputs, int rows)
    {
        var inputPanels = _inputPanels.Panels;
        var panels = inputPanels + _outputPanels.Panels;
        DenseWork.Run(panels, _threads, panel =>
        {
            if (panel < inputPanels)
            {
                _inputPanels.Pack(panel, inputs, Inputs, rows);
            }
            else
            {
                _outputPanels.Pack(panel - inputPanels, outputs, Outputs, rows);
            }
        });

        // The tallest columns of the triangle come first, so that the last pieces are small.
        DenseWork.Run(panels, _threads, piece =>
        {
            var panel = panels - 1 - piece;
            if (panel < inputPanels)
            {
                AddColumn(_inputPanels, _gram, Inputs, panel, rows, Math.Min((panel + 1) * DoubleTile.Width, Inputs));
            }
            else
            {
                AddColumn(_outputPanels, _cross, Outputs, panel - inputPanels, rows, Inputs);
            }
        });
    }

    private void AddColumn(DoublePanels right, double[] target, int stride, int panel, int depth, int endRow)
    {
        fixed (double* c = target)
        {
            for (var start = 0; start < depth; start += DoublePanels.BlockDepth)
            {
                var block = Math.Min(DoublePanels.BlockDepth, depth - start);
                TileGrid.AddColumn(_inputPanels, right, panel, start, block, c + (panel * DoubleTile.Width), stride, (0, endRow), 1);
            }
        }
    }
}
