namespace CudaNet.Kernels.Cuda.Launchers;

/// <summary>
/// The launch shape of kernels that walk NHWC pixels with a channel's constants in registers: along x the channels (or pieces of 128 bits of them),
/// along y pixels, of which a block takes every so-many-th.
/// </summary>
internal static class ChannelBlocks
{
    private const int Threads = 256;
    private const int WarpSize = 32;
    private const int MostRowBlocks = 1024;

    /// <summary>A thread takes <paramref name="lanes"/> channels of a pixel. With more than one the block consists of whole warps.</summary>
    public static LaunchShape For(int pixels, int channels, int lanes)
    {
        int pieces = LaunchChecks.CeilingDivide(channels, lanes);
        int columns = Math.Min(pieces, lanes == 1 ? Threads : WarpSize);
        int rows = Threads / columns;
        if (lanes > 1)
        {
            // The fewest rows that make whole warps; an odd number of columns has 32 of them.
            int unit = WarpSize / Math.Min(WarpSize, columns & -columns);
            rows = Math.Max(rows / unit * unit, unit);
        }

        int rowBlocks = Math.Min(LaunchChecks.CeilingDivide(pixels, rows), MostRowBlocks);
        return new LaunchShape(new Dim3(LaunchChecks.CeilingDivide(pieces, columns), rowBlocks), new Dim3(columns, rows));
    }
}
