namespace CudaNet.Emulator.Ptx;

/// <summary>Where things lie in memory.</summary>
internal static class PtxLayout
{
    public static long AlignUp(long offset, long alignment) => (offset + alignment - 1) / alignment * alignment;
}
