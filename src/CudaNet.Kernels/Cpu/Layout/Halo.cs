using System.Runtime.InteropServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Keeps the zeros around stored values: a buffer is used by many shapes, so every step that stores a value clears its halo.</summary>
internal static unsafe class Halo
{
    /// <summary>Clears one item's share of the planes of a value.</summary>
    public static void Clear(float* value, in BlockedImage image, int item, int items)
    {
        int first = (int)((long)image.Planes * item / items);
        int end = (int)((long)image.Planes * (item + 1) / items);
        for (int plane = first; plane < end && image.Halo > 0; plane++)
        {
            ClearPlane(value + (plane * image.PlaneStride), image);
        }
    }

    private static void ClearPlane(float* plane, in BlockedImage image)
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

    private static void Zero(float* start, nint elements) => NativeMemory.Clear(start, (nuint)elements * sizeof(float));
}
