namespace CudaNet.Emulator.Arithmetic;

/// <summary>Products of matrices in float or double on one core.</summary>
internal static unsafe class MatrixProduct
{
    /// <summary>Panels of columns that share one walk over the rows: together they fit the second-level cache.</summary>
    private const int PanelsTogether = 4;

    /// <summary>product[rows][columns], dense: rows · columns, each sum in the order that <paramref name="order"/> says.</summary>
    public static void Multiply<T>(in PackedRows<T> rows, IColumnSource<T> columns, Accumulation order, Span<T> product)
        where T : unmanaged
    {
        int width = ProductTile<T>.Columns;
        using ScratchArray<T> panels = new(checked(rows.Depth * width * PanelsTogether));
        T* tile = stackalloc T[ProductTile<T>.Rows * width];
        for (int first = 0; first < columns.Columns; first += width * PanelsTogether)
        {
            int together = Math.Min(PanelsTogether, (columns.Columns - first + width - 1) / width);
            for (int panel = 0; panel < together; panel++)
            {
                columns.Pack(first + (panel * width), width, panels.Span.Slice(panel * rows.Depth * width, rows.Depth * width));
            }

            fixed (T* left = rows.Values, right = panels.Array)
            {
                for (int block = 0; block < rows.Panels; block++)
                {
                    for (int panel = 0; panel < together; panel++)
                    {
                        Sum(left + ((long)block * ProductTile<T>.Rows * rows.Depth), right + ((long)panel * rows.Depth * width), rows.Depth, order, tile);
                        Keep(tile, block * ProductTile<T>.Rows, rows.Rows, first + (panel * width), columns.Columns, product);
                    }
                }
            }
        }
    }

    private static void Sum<T>(T* left, T* right, int depth, Accumulation order, T* tile)
        where T : unmanaged
    {
        int width = ProductTile<T>.Columns;
        int chunk = Math.Min(order.Chunk, depth);
        ProductTile<T>.Multiply(left, right, chunk, tile, add: false);
        RoundIfHalf(order, tile);
        for (int k = chunk; k < depth; k += order.Chunk)
        {
            ProductTile<T>.Multiply(left + (k * ProductTile<T>.Rows), right + (k * width), Math.Min(order.Chunk, depth - k), tile, add: true);
            RoundIfHalf(order, tile);
        }
    }

    private static void RoundIfHalf<T>(Accumulation order, T* tile)
        where T : unmanaged
    {
        if (!order.InHalf)
        {
            return;
        }

        for (int i = 0; i < ProductTile<T>.Rows * ProductTile<T>.Columns; i++)
        {
            tile[i] = Real.From<T>((float)(Half)Real.ToDouble(tile[i]));
        }
    }

    private static void Keep<T>(T* tile, int row, int rows, int column, int columns, Span<T> product)
        where T : unmanaged
    {
        int width = ProductTile<T>.Columns;
        int count = Math.Min(width, columns - column);
        for (int i = 0; i < ProductTile<T>.Rows && row + i < rows; i++)
        {
            new ReadOnlySpan<T>(tile + (i * width), count).CopyTo(product.Slice(((row + i) * columns) + column, count));
        }
    }
}
