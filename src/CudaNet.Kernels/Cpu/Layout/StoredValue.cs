using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>A value in its buffer, with the zeros around it.</summary>
internal readonly unsafe struct StoredValue(float* start, BlockedImage image)
{
    /// <summary>Clears one item's share of the halos of its planes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ClearHalo(int item, int items)
    {
        int first = (int)((long)image.Planes * item / items);
        int end = (int)((long)image.Planes * (item + 1) / items);
        for (int plane = first; plane < end && image.Halo > 0; plane++)
        {
            ClearPlane(start + (plane * image.PlaneStride));
        }
    }

    private static void Zero(float* start, nint elements) => NativeMemory.Clear(start, (nuint)elements * sizeof(float));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ClearPlane(float* plane)
    {
        nint side = image.Halo * BlockedImage.BlockChannels;
        nint band = image.Halo * image.RowStride;
        Zero(plane, band + side);
        for (int y = 1; y < image.Height; y++)
        {
            Zero(plane + band + (y * image.RowStride) - side, 2 * side);
        }

        Zero(plane + image.PlaneStride - band - side, band + side);
    }
}
