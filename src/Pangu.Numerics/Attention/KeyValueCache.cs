namespace Pangu.Numerics;

/// <summary>
/// Keys and values of the tokens that one attention has read, and causal attention over them: softmax(q k^T * scale) v per head. For one caller at a time. Legend: <c>H</c> query heads, <c>K</c> key
/// and value heads, <c>E</c> width of a head.
/// </summary>
/// <remarks>
/// Keys lie scaled and transposed in panels of 32 tokens, [K][panel][E, 32], values as [K][token, E]: both products run on the tiles of <see cref="PackedLinear"/>, and a token is added without moving
/// another. Where attention has a window, memory holds a little more than the window; what no later token can see is dropped, 32 tokens at a time. Lanes: as the tiles; tokens are filled up to whole
/// panels with -infinity, which the softmax turns into exactly 0. A NaN in a query makes that row NaN, in a key or value every later row that sees it. Error as <see cref="ShortAttention"/>.
/// Nothing is allocated after the constructor.
/// </remarks>
public sealed unsafe class KeyValueCache : IPieces
{
    private const int QueryBlock = 48;

    // Tokens times width below which a second thread does not pay (about two microseconds).
    private const int LeastSharedWork = 1 << 13;

    private readonly AttentionShape _shape;
    private readonly AlignedBuffer<float> _keys;
    private readonly AlignedBuffer<float> _values;
    private readonly int _valueWidth;

    // One token's heads while they are computed.
    private float* _query;
    private float* _result;
    private float* _scores;
    private int _headsAPiece;

    /// <summary>Allocates memory.</summary>
    /// <param name="shape">Sizes; causal.</param>
    /// <param name="capacity">Most tokens of a sequence, at least 1.</param>
    /// <param name="maxRows">Most tokens that are added at once, at least 1.</param>
    public KeyValueCache(AttentionShape shape, int capacity, int maxRows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        if (!shape.Causal)
        {
            throw new ArgumentException("Only causal attention can go on from tokens read before.", nameof(shape));
        }

        _shape = shape;
        Capacity = Held(shape, capacity, maxRows);
        _valueWidth = Padded(shape.HeadWidth, Tile.Step);
        _keys = new AlignedBuffer<float>(checked(shape.KeyValueHeads * shape.HeadWidth * Capacity));
        _values = new AlignedBuffer<float>(checked(shape.KeyValueHeads * _valueWidth * Capacity));
    }

    /// <summary>Most tokens that are held at a time.</summary>
    public int Capacity { get; }

    /// <summary>Tokens held now; those before them were dropped.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of keys and values.</summary>
    public long Bytes => sizeof(float) * ((long)_keys.Length + _values.Length);

    /// <summary>Floats of scratch memory that <see cref="Attend"/> needs.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="capacity">Most tokens of a sequence.</param>
    /// <param name="maxRows">Most tokens that are added at once.</param>
    /// <returns>A count of floats.</returns>
    public static int ScratchLength(AttentionShape shape, int capacity, int maxRows) =>
        checked(Math.Max(Math.Min(maxRows, QueryBlock), shape.QueryHeads) * Held(shape, capacity, maxRows));

    /// <summary>Forgets all tokens.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds tokens.</summary>
    /// <param name="keysAndValues">First token's keys and values in one row: [K E + K E].</param>
    /// <param name="stride">Distance between tokens.</param>
    /// <param name="rows">Tokens.</param>
    public void Add(ReadOnlySpan<float> keysAndValues, int stride, int rows)
    {
        var width = _shape.KeyValueHeads * _shape.HeadWidth;
        if (keysAndValues.Length < ((long)(rows - 1) * stride) + (2 * width))
        {
            throw new ArgumentException($"{rows} tokens at distance {stride} of {keysAndValues.Length} numbers do not fit.", nameof(rows));
        }

        Drop(rows);
        if (Count + rows > Capacity)
        {
            throw new ArgumentException($"{rows} tokens behind {Count} are more than the {Capacity} that were made room for.", nameof(rows));
        }

        fixed (float* source = keysAndValues)
        {
            for (var row = 0; row < rows; row++)
            {
                AddToken(source + ((nint)row * stride), Count + row);
            }
        }

        Count += rows;
    }

    /// <summary>Attends for the last tokens that were added.</summary>
    /// <param name="queries">First token's queries: [H E].</param>
    /// <param name="stride">Distance between tokens.</param>
    /// <param name="rows">Tokens, at most as many as were added last.</param>
    /// <param name="output">First token's result: [H E]; replaced.</param>
    /// <param name="outputStride">Distance between tokens of the output.</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/> floats.</param>
    /// <param name="sharing">Threads to share the heads of a single token with; null for the caller's alone.</param>
    public void Attend(ReadOnlySpan<float> queries, int stride, int rows, Span<float> output, int outputStride, Span<float> scratch, LinearSharing? sharing = null)
    {
        var width = _shape.QueryHeads * _shape.HeadWidth;
        if (rows < 1 || rows > Count || queries.Length < ((long)(rows - 1) * stride) + width || output.Length < ((long)(rows - 1) * outputStride) + width)
        {
            throw new ArgumentException($"{rows} tokens of {Count}, at distance {stride} of {queries.Length} numbers, to distance {outputStride} of {output.Length}, do not fit.", nameof(rows));
        }

        var group = _shape.QueryHeads / _shape.KeyValueHeads;
        if (scratch.Length < (long)(rows == 1 ? _shape.QueryHeads : Math.Min(rows, QueryBlock)) * Padded(Count, Tile.Width))
        {
            throw new ArgumentException($"The scratch memory has {scratch.Length} floats; that is too few for {rows} tokens behind {Count}.", nameof(scratch));
        }

        fixed (float* query = queries, result = output, scores = scratch)
        {
            if (rows == 1)
            {
                _query = query;
                _result = result;
                _scores = scores;
                AttendOne(sharing);
            }
            else
            {
                for (var head = 0; head < _shape.QueryHeads; head++)
                {
                    var offset = head * _shape.HeadWidth;
                    for (var row = 0; row < rows; row += QueryBlock)
                    {
                        var block = new Rows(query + ((nint)row * stride) + offset, stride, result + ((nint)row * outputStride) + offset, outputStride, Math.Min(QueryBlock, rows - row));
                        RunBlock(block, head / group, Count - rows + row + 1, scores);
                    }
                }
            }
        }

        GC.KeepAlive(this);
    }

    private static int Padded(int count, int step) => checked(count + step - 1) / step * step;

    // With a window: the window before the first of the rows, the rows, and room so that dropping is rare.
    private static int Held(AttentionShape shape, int capacity, int maxRows) =>
        Padded(shape.Window > 0 ? (int)Math.Min(capacity, (2L * shape.Window) + Math.Min(maxRows, capacity) + Tile.Width) : capacity, Tile.Width);

    private void AddToken(float* source, int token)
    {
        var (width, heads) = (_shape.HeadWidth, _shape.KeyValueHeads);
        var panel = ((nint)(token / Tile.Width) * width * Tile.Width) + (token % Tile.Width);
        for (var head = 0; head < heads; head++)
        {
            var keys = _keys.Pointer + ((nint)head * width * Capacity) + panel;
            var from = source + (head * width);
            for (var i = 0; i < width; i++)
            {
                keys[i * Tile.Width] = from[i] * _shape.Scale;
            }

            new ReadOnlySpan<float>(source + ((heads + head) * width), width).CopyTo(new Span<float>(_values.Pointer + (((nint)head * Capacity) + token) * _valueWidth, width));
        }
    }

    // Tokens that no token from now on can see make room.
    private void Drop(int rows)
    {
        if (_shape.Window <= 0 || Count + rows <= Capacity)
        {
            return;
        }

        var dropped = Math.Max(0, Count + 1 - _shape.Window) / Tile.Width * Tile.Width;
        var kept = Padded(Count, Tile.Width) - dropped;
        for (var head = 0; head < _shape.KeyValueHeads; head++)
        {
            Move(_keys.Span.Slice(head * _shape.HeadWidth * Capacity, _shape.HeadWidth * Capacity), dropped * _shape.HeadWidth, kept * _shape.HeadWidth);
            Move(_values.Span.Slice(head * _valueWidth * Capacity, _valueWidth * Capacity), dropped * _valueWidth, kept * _valueWidth);
        }

        Count -= dropped;
    }

    private static void Move(Span<float> memory, int from, int length) => memory.Slice(from, length).CopyTo(memory);

    /// <inheritdoc/>
    void IPieces.Run(int piece, int worker)
    {
        var first = Math.Min(piece * _headsAPiece, _shape.KeyValueHeads);
        AttendHeads(first, Math.Min(_headsAPiece, _shape.KeyValueHeads - first));
    }

    private void AttendOne(LinearSharing? sharing)
    {
        if (sharing?.Crew is not { } crew || _shape.KeyValueHeads == 1 || Count * _shape.KeyValueHeads * _shape.HeadWidth < LeastSharedWork)
        {
            AttendHeads(0, _shape.KeyValueHeads);
            return;
        }

        _headsAPiece = (_shape.KeyValueHeads + crew.Threads - 1) / crew.Threads;
        crew.Run(this);
    }

    // The last token alone: the scores of the heads, one softmax over them, the sums of several heads side by side.
    private void AttendHeads(int firstHead, int heads)
    {
        if (heads == 0)
        {
            return;
        }

        var (width, group) = (_shape.HeadWidth, _shape.QueryHeads / _shape.KeyValueHeads);
        var start = First(Count) / Tile.Width * Tile.Width;
        var columns = Padded(Count, Tile.Width) - start;
        var query = _query + (firstHead * group * width);
        var scores = _scores + ((nint)firstHead * group * columns);
        for (var head = 0; head < heads; head++)
        {
            var block = new Rows(query + (head * group * width), width, scores + ((nint)head * group * columns), columns, group);
            Score(block, firstHead + head, start, columns / Tile.Width);
        }

        for (var head = 0; head < heads * group; head++)
        {
            Hide(scores + ((nint)head * columns), start, columns, Count);
        }

        Softmax.Rows(scores, heads * group, columns);
        var sums = new HeadOperands
        {
            Weights = scores,
            WeightStride = columns,
            Values = _values.Pointer + ((((nint)firstHead * Capacity) + start) * _valueWidth),
            HeadStride = (nint)Capacity * _valueWidth,
            TokenStride = _valueWidth,
            Group = group,
            Tokens = Count - start,
            Y = _result + (firstHead * group * width),
            Width = width,
        };
        HeadTile.Run(sums, heads * group);
    }

    // Rows of queries of one head: row r sees the tokens before end + r, as far back as the window reaches.
    private void RunBlock(Rows block, int head, int end, float* scores)
    {
        var width = _shape.HeadWidth;
        var last = end + block.Count - 1;
        var start = First(end) / Tile.Width * Tile.Width;
        var columns = Padded(last, Tile.Width) - start;
        Score(new Rows(block.Query, block.Stride, scores, columns, block.Count), head, start, columns / Tile.Width);
        for (var row = 0; row < block.Count; row++)
        {
            Hide(scores + ((nint)row * columns), start, columns, end + row);
        }

        Softmax.Rows(scores, block.Count, columns);
        var weighted = new TileOperands
        {
            A = scores,
            AStride = columns,
            B = _values.Pointer + ((((nint)head * Capacity) + start) * _valueWidth),
            BStride = _valueWidth,
            C = block.Output,
            CStride = block.OutputStride,
            Depth = last - start,
        };
        for (var column = 0; column < width; column += Tile.Width)
        {
            Tile.Run(weighted, block.Count, Math.Min(Tile.Width, width - column));
            weighted.B += Tile.Width;
            weighted.C += Tile.Width;
        }
    }

    // Products of queries with the keys of whole panels.
    private void Score(Rows block, int head, int start, int panels)
    {
        var width = _shape.HeadWidth;
        var keys = _keys.Pointer + ((nint)head * Capacity * width) + ((nint)start * width);
        if (block.Count == 1)
        {
            RowTile.Run(new RowOperands { X = block.Query, Panels = keys, PanelStride = (nint)width * Tile.Width, Y = block.Output, Depth = width }, panels);
            return;
        }

        var product = new TileOperands { A = block.Query, AStride = block.Stride, B = keys, BStride = Tile.Width, C = block.Output, CStride = block.OutputStride, Depth = width };
        for (var panel = 0; panel < panels; panel++)
        {
            Tile.Run(product, block.Count, Tile.Width);
            product.B += (nint)width * Tile.Width;
            product.C += Tile.Width;
        }
    }

    // What the token before end does not see becomes -infinity.
    private void Hide(float* scores, int start, int columns, int end)
    {
        new Span<float>(scores, First(end) - start).Fill(float.NegativeInfinity);
        new Span<float>(scores + end - start, columns - end + start).Fill(float.NegativeInfinity);
    }

    private int First(int end) => _shape.Window > 0 ? Math.Max(0, end - _shape.Window) : 0;

    private readonly struct Rows(float* query, nint stride, float* output, nint outputStride, int count)
    {
        internal float* Query { get; } = query;

        internal nint Stride { get; } = stride;

        internal float* Output { get; } = output;

        internal nint OutputStride { get; } = outputStride;

        internal int Count { get; } = count;
    }
}
