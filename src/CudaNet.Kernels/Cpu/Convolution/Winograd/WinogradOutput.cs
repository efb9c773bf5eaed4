using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// What follows a block's products: their transform, and the epilogue on the pixels that are in the image. Where a channel of a tile is not finite, which
/// the transforms would have spread over all of it, its direct sums take its place.
/// </summary>
internal sealed unsafe class WinogradOutput<T, TVariant>(
    DirectConvolution layer, WinogradPixels<T, TVariant> pixels, TileSums<T> sums, BlockedImage to)
    where T : unmanaged, ISimd<T>
    where TVariant : struct, IWinograd
{
    /// <summary>fp32 elements of the memory that <see cref="Finish"/> and <see cref="WinogradPixels{T, TVariant}.Transform"/> work in.</summary>
    public static int BufferElements { get; } =
        Math.Max(WinogradPixels<T, TVariant>.BufferElements, (TVariant.Points + (TVariant.Outputs * TVariant.Outputs) + 1) * T.Count) + BlockedImage.BlockChannels;

    /// <summary>Elements of a block's products for a panel, [rows][point][row][outputs].</summary>
    public static long ProductElements(TileRows[] rows, int outputs) => TVariant.Points * ((long)WinogradTiling.Height(rows) * outputs);

    /// <summary>Where the products of a point of a block's rows are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Offset(TileRows[] rows, int index, int point, int outputs) =>
        ((rows[index].FirstRow * (nint)TVariant.Points) + (point * (nint)rows[index].Height)) * outputs;

    /// <param name="rows">The block's tiles.</param>
    /// <param name="products">Of the panel.</param>
    /// <param name="group">The layer's group.</param>
    /// <param name="panel">Of the group's outputs.</param>
    /// <param name="buffer"><see cref="BufferElements"/>.</param>
    /// <param name="destination">Where they go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Finish(TileRows[] rows, float* products, int group, int panel, float* buffer, in TileDestination destination)
    {
        int outputs = layer.PanelOutputs(panel);
        int firstChannel = (group * layer.GroupOutputs) + (panel * 2 * T.Count);
        bool storesOnce = OneStore<T>.Of(destination.Epilogue, out OneStore<T> store);
        for (int index = 0; index < rows.Length; index++)
        {
            TileRows tiles = rows[index];
            nint point = (nint)tiles.Height * outputs;
            float* tileProducts = products + Offset(rows, index, 0, outputs);
            for (int row = 0; row < tiles.Filled; row++)
            {
                (int image, int y, int x) = pixels.Locate(tiles.First + row);
                bool isInside = storesOnce && y + TVariant.Outputs <= to.Height && x + TVariant.Outputs <= to.Width;
                for (int output = 0; output < outputs; output += T.Count, tileProducts += T.Count)
                {
                    int channel = firstChannel + output;
                    nint offset = destination.Offset(image, y, x, channel);
                    if (isInside)
                    {
                        destination.Epilogue.Load(channel, out T bias, out T scale, out T shift);
                        TilePixels<T> target = new(store, bias, scale, shift, offset, destination.RowStride);
                        if (T.IsFinite(TVariant.TransformProducts<T, TilePixels<T>>(tileProducts, point, buffer, target)))
                        {
                            continue;
                        }
                    }

                    FinishByResults(tileProducts, point, image, y, x, group, panel, output, buffer, destination);
                }
            }
        }
    }

    /// <summary>A tile that is not finite, reaches beyond the image, or is stored more than once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FinishByResults(float* products, nint point, int image, int y, int x, int group, int panel, int output, float* buffer, in TileDestination destination)
    {
        float* results = buffer + (TVariant.Points * T.Count);
        T sum = TVariant.TransformProducts<T, TileResults<T>>(products, point, buffer, new TileResults<T>(results));
        if (!T.IsFinite(sum))
        {
            Replace(sum, image, y, x, group, panel, output, results);
        }

        int height = Math.Min(TVariant.Outputs, to.Height - y);
        int width = Math.Min(TVariant.Outputs, to.Width - x);
        int channel = (group * layer.GroupOutputs) + (panel * 2 * T.Count) + output;
        destination.Epilogue.ApplyTile<T>(results, TVariant.Outputs * T.Count, height, width, channel, destination.Offset(image, y, x, channel), destination.RowStride);
    }

    /// <summary>Direct sums for the lanes that are not finite: lane by lane, so that the width of the vectors changes nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Replace(T sum, int image, int y, int x, int group, int panel, int output, float* results)
    {
        float* lanes = results + (TVariant.Outputs * TVariant.Outputs * T.Count);
        float* direct = stackalloc float[T.Count];
        T.Store(sum, lanes);
        for (int i = 0; i < TVariant.Outputs && y + i < to.Height; i++)
        {
            for (int j = 0; j < TVariant.Outputs && x + j < to.Width; j++)
            {
                T.Store(sums.Sum(image, y + i, x + j, group, panel, output), direct);
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
