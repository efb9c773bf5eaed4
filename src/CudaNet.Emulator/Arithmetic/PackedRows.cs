namespace CudaNet.Emulator.Arithmetic;

/// <summary>The left operand of a product in panels of <see cref="ProductTile{T}.Rows"/> rows, [panel][depth][row]; missing rows are zero.</summary>
internal readonly struct PackedRows<T> : IDisposable
    where T : unmanaged
{
    private readonly ScratchArray<T> _values;

    /// <summary>Packs a matrix whose element (row, depth) lies at row·rowStride + depth·depthStride.</summary>
    public PackedRows(ReadOnlySpan<T> values, int rows, int depth, int rowStride, int depthStride)
    {
        Rows = rows;
        Depth = depth;
        Panels = (rows + ProductTile<T>.Rows - 1) / ProductTile<T>.Rows;
        _values = new ScratchArray<T>(checked(Panels * ProductTile<T>.Rows * depth));
        Span<T> packed = _values.Span;
        if (Panels * ProductTile<T>.Rows > rows)
        {
            packed[((Panels - 1) * ProductTile<T>.Rows * depth)..].Clear();
        }

        for (int row = 0; row < rows; row++)
        {
            int to = (row / ProductTile<T>.Rows * ProductTile<T>.Rows * depth) + (row % ProductTile<T>.Rows);
            int from = row * rowStride;
            for (int k = 0; k < depth; k++)
            {
                packed[to] = values[from];
                to += ProductTile<T>.Rows;
                from += depthStride;
            }
        }
    }

    public int Rows { get; }

    public int Depth { get; }

    public int Panels { get; }

    public T[] Values => _values.Array;

    public void Dispose() => _values.Dispose();
}
