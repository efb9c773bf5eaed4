using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// The run's input as [N][H + 2·halo][W + 2·halo][C] for a convolution of few channels, whose window rows are then runs of neighbouring values.
/// The halo stays as it was allocated: zero.
/// </summary>
internal sealed unsafe class CompactInput(float* destination, int batch, int channels, int height, int width, int halo)
    : HostInput(batch, channels, height, width)
{
    private readonly int _channels = channels;
    private readonly int _width = width;

    public float* Destination => destination;

    public int Halo => halo;

    public nint RowStride { get; } = checked((width + (2 * (nint)halo)) * channels);

    public nint ImageStride { get; } = checked((height + (2 * (nint)halo)) * (width + (2 * (nint)halo)) * channels);

    public static long Elements(int batch, int channels, int height, int width, int halo) =>
        checked(batch * (height + (2L * halo)) * (width + (2L * halo)) * channels);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void CopyRow(float* row, nint plane, int image, int y)
    {
        float* target = destination + (image * ImageStride) + ((y + halo) * RowStride) + ((nint)halo * _channels);
        for (int c = 0; c < _channels; c++)
        {
            float* source = row + (c * plane);
            for (int x = 0; x < _width; x++)
            {
                target[((nint)x * _channels) + c] = source[x];
            }
        }
    }
}
