using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// What follows a block's products: their transform, and the epilogue on the pixels that are in the image. Where a channel of a tile is not finite, which
/// the transforms would have spread over all of it, its direct sums take its place.
/// </summary>
internal sealed unsafe class WinogradOutput<T, TVariant>(DirectConvolution layer, TileSums<T> sums)
    where T : unmanaged, ISimd<T>
    where TVariant : struct, IWinograd
{
    /// <summary>fp32 elements of the memory that <see cref="Finish"/> and <see cref="WinogradPixels{T, TVariant}.Transform"/> work in.</summary>
    public static int BufferElements { get; } =
        Math.Max(WinogradPixels<T, TVariant>.BufferElements, (TVariant.Points + (TVariant.Outputs * TVariant.Outputs) + 1) * T.Count) + BlockedImage.BlockChannels;

    /// <summary>Elements of a block's products for a panel, [rows][point][row][outputs].</summary>
    public static long ProductElements(TileBlock block, int outputs) => TVariant.Points * ((long)block.Height * outputs);

    /// <summary>Where the products of a point of a block's rows are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Offset(in TileRows rows, int point, int outputs) => ((rows.FirstRow * (nint)TVariant.Points) + (point * (nint)rows.Height)) * outputs;

    /// <param name="block">The tiles.</param>
    /// <param name="products">Of the panel.</param>
    /// <param name="group">The layer's group.</param>
    /// <param name="panel">Of the group's outputs.</param>
    /// <param name="buffer"><see cref="BufferElements"/>.</param>
    /// <param name="destination">Where they go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Finish(TileBlock block, float* products, int group, int panel, float* buffer, in TileDestination destination)
    {
        int outputs = layer.PanelOutputs(panel);
        int firstChannel = (group * layer.GroupOutputs) + (panel * 2 * T.Count);
        bool storesOnce = OneStore<T>.Of(destination.Epilogue, out OneStore<T> store);
        foreach (ref readonly TileRows rows in block.Rows.AsSpan())
        {
            nint point = (nint)rows.Height * outputs;
            float* tileProducts = products + Offset(rows, 0, outputs);
            for (int row = rows.FirstRow; row < rows.FirstRow + rows.Filled; row++)
            {
                Tile tile = block.Tile(row);
                bool isWhole = storesOnce && tile.Height == TVariant.Outputs && tile.Width == TVariant.Outputs;
                for (int output = 0; output < outputs; output += T.Count, tileProducts += T.Count)
                {
                    int channel = firstChannel + output;
                    if (isWhole)
                    {
                        destination.Epilogue.Load(channel, out T bias, out T scale, out T shift);
                        TilePixels<T> target = new(store, bias, scale, shift, destination.Offset(tile.Image, tile.Y, tile.X, channel), destination.RowStride);
                        if (T.IsFinite(TVariant.TransformProducts<T, TilePixels<T>>(tileProducts, point, buffer, target)))
                        {
                            continue;
                        }
                    }
                    else if (storesOnce && FinishPart(store, tileProducts, point, tile, channel, buffer, destination))
                    {
                        continue;
                    }

                    FinishByResults(tileProducts, point, tile, group, panel, output, buffer, destination);
                }
            }
        }
    }

    /// <summary>A tile that has not all rows and columns; false where it is not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool FinishPart(in OneStore<T> store, float* products, nint point, in Tile tile, int channel, float* buffer, in TileDestination destination)
    {
        destination.Epilogue.Load(channel, out T bias, out T scale, out T shift);
        TilePartPixels<T> target = new(store, tile.Part, bias, scale, shift, destination.Offset(tile.Image, tile.Y, tile.X, channel), destination.RowStride);
        return T.IsFinite(TVariant.TransformProducts<T, TilePartPixels<T>>(products, point, buffer, target));
    }

    /// <summary>A tile that is not finite, or is stored more than once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FinishByResults(float* products, nint point, in Tile tile, int group, int panel, int output, float* buffer, in TileDestination destination)
    {
        float* results = buffer + (TVariant.Points * T.Count);
        T sum = TVariant.TransformProducts<T, TileResults<T>>(products, point, buffer, new TileResults<T>(results, tile.Part));
        if (!T.IsFinite(sum))
        {
            Replace(sum, tile, group, panel, output, results);
        }

        int channel = (group * layer.GroupOutputs) + (panel * 2 * T.Count) + output;
        destination.Epilogue.ApplyTile<T>(results, TVariant.Outputs * T.Count, tile.Height, tile.Width, channel, destination.Offset(tile.Image, tile.Y, tile.X, channel), destination.RowStride);
    }

    /// <summary>Direct sums for the lanes that are not finite: lane by lane, so that the width of the vectors changes nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Replace(T sum, in Tile tile, int group, int panel, int output, float* results)
    {
        float* lanes = results + (TVariant.Outputs * TVariant.Outputs * T.Count);
        float* direct = stackalloc float[T.Count];
        T.Store(sum, lanes);
        for (int i = 0; i < tile.Height; i++)
        {
            for (int j = 0; j < tile.Width; j++)
            {
                T.Store(sums.Sum(tile.Image, tile.Y + i, tile.X + j, group, panel, output), direct);
                for (int lane = 0; lane < T.Count; lane++)
                {
                    if (!float.IsFinite(lanes[lane]))
                    {
                        results[(((i * TVariant.Outputs) + j) * T.Count) + lane] = direct[lane];
                    }
                }
            }
        }
    }
}
