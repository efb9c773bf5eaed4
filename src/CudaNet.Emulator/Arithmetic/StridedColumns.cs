namespace CudaNet.Emulator.Arithmetic;

/// <summary>Columns of a matrix in host memory: element (depth, column) lies at depth·depthStride + column·columnStride.</summary>
internal sealed class StridedColumns<T>(ReadOnlyMemory<T> values, int columns, int depth, int columnStride, int depthStride) : IColumnSource<T>
    where T : unmanaged
{
    public int Columns => columns;

    public void Pack(int first, int width, Span<T> panel)
    {
        ReadOnlySpan<T> source = values.Span;
        int count = Math.Min(width, columns - first);
        for (int k = 0; k < depth; k++)
        {
            Span<T> row = panel.Slice(k * width, width);
            int from = (first * columnStride) + (k * depthStride);
            if (columnStride == 1)
            {
                source.Slice(from, count).CopyTo(row);
            }
            else
            {
                for (int j = 0; j < count; j++, from += columnStride)
                {
                    row[j] = source[from];
                }
            }

            row[count..].Clear();
        }
    }
}
