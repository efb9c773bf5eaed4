using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Copies the run's input, N×C×H×W on the host, to where steps read it. One item is one row of one image.</summary>
internal abstract unsafe class HostInput(int batch, int channels, int height, int width) : ParallelWork
{
    /// <summary>The bound input; set for the length of a run.</summary>
    public float* Source { get; set; }

    /// <summary>What keeps denormal values away; null where rows are copied as they are.</summary>
    public InputScale? Scale { get; set; }

    public override int Items { get; } = checked(batch * height);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(int item, int worker)
    {
        (int image, int y) = Math.DivRem(item, height);
        nint plane = (nint)height * width;
        float* row = Source + (image * channels * plane) + ((nint)y * width);
        float* scaled = Scale is { } scale ? scale.Row(row, plane, image, worker) : null;
        CopyRow(scaled == null ? row : scaled, scaled == null ? plane : width, image, y);
    }

    /// <param name="row">Row <paramref name="y"/> of the image's first channel.</param>
    /// <param name="plane">Elements to the same row of the next channel.</param>
    /// <param name="image">Which image.</param>
    /// <param name="y">Which row.</param>
    protected abstract void CopyRow(float* row, nint plane, int image, int y);
}
