using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>The kernels of a change of layout, from the most general on.</summary>
internal enum LayoutKernel
{
    Naive,
    Tile,
    Tile128,
    Plane,
    Thin,
}

/// <summary>One change of layout, and which kernel suits it.</summary>
internal readonly struct LayoutMove
{
    private const int MostThinChannels = 8;
    private const int FloatsPerSector = 8;
    private const int FloatsPerPiece = 4;
    private const int TileChannels = 32;

    /// <summary>Above it the tile of a plane kernel passes the 48 KiB that every device gives.</summary>
    private const int LargestPlane = 383;

    public LayoutMove(TensorShape shape, int pitch, StoragePrecision precision, DeviceSlice nchw, DeviceSlice nhwc, KernelVariant variant)
    {
        (Shape, Pitch, Precision) = (shape, pitch, precision);
        bool hasPieces = nhwc.IsAligned() && pitch % precision.Lanes() == 0;
        bool hasSectors = Plane % FloatsPerSector == 0 && nchw.IsAligned();
        Kernel = variant == KernelVariant.Naive ? LayoutKernel.Naive
            : pitch <= MostThinChannels ? LayoutKernel.Thin
            : hasPieces && Plane <= LargestPlane && !hasSectors ? LayoutKernel.Plane
            : hasPieces && Plane % FloatsPerPiece == 0 && nchw.IsAligned() ? LayoutKernel.Tile128
            : LayoutKernel.Tile;
    }

    public TensorShape Shape { get; }

    public int Pitch { get; }

    public StoragePrecision Precision { get; }

    public LayoutKernel Kernel { get; }

    /// <summary>Pixels of an image.</summary>
    public int Plane => Shape.Height * Shape.Width;

    public int PlaneTileBytes => TileChannels * (Plane | 1) * sizeof(float);

    /// <summary>By how much a thin tile's rows are longer than its pixels, so that a warp's neighbouring elements lie in distinct banks.</summary>
    public int ThinSkew
    {
        get
        {
            if (Pitch % 2 == 0)
            {
                return 32 / Pitch;
            }

            int inverse = 1;
            while (inverse * Pitch % 32 != 1)
            {
                inverse += 2;
            }

            return inverse;
        }
    }
}
