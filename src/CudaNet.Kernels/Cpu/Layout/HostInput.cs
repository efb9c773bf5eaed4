using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Copies the run's input, N×C×H×W on the host, to where steps read it. An item is some rows of an image.</summary>
/// <param name="batch">Images.</param>
/// <param name="channels">Of each.</param>
/// <param name="height">Rows of each.</param>
/// <param name="width">Columns of each.</param>
/// <param name="lacking">Rows that an image's first item has fewer than the others, so that rows that are stored beside each other are one thread's.</param>
internal abstract unsafe class HostInput(int batch, int channels, int height, int width, int lacking = 0) : ParallelWork
{
    /// <summary>Rows of an item; even.</summary>
    private const int Rows = 4;

    private readonly int _imageItems = ItemsOf(height, lacking);

    /// <summary>The bound input; set for the length of a run.</summary>
    public float* Source { get; set; }

    /// <summary>What keeps denormal values away; null where rows are copied as they are.</summary>
    public InputScale? Scale { get; set; }

    public override int Items { get; } = checked(batch * ItemsOf(height, lacking));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Execute(int item, int worker)
    {
        (int image, int index) = Math.DivRem(item, _imageItems);
        nint plane = (nint)height * width;
        int end = Math.Min(height, ((index + 1) * Rows) - lacking);
        for (int y = Math.Max(0, (index * Rows) - lacking); y < end; y++)
        {
            float* row = Source + (image * channels * plane) + ((nint)y * width);
            float* scaled = Scale is { } scale ? scale.Row(row, plane, image, worker) : null;
            CopyRow(scaled == null ? row : scaled, scaled == null ? plane : width, image, y);
        }
    }

    /// <param name="row">Row <paramref name="y"/> of the image's first channel.</param>
    /// <param name="plane">Elements to the same row of the next channel.</param>
    /// <param name="image">Which image.</param>
    /// <param name="y">Which row.</param>
    protected abstract void CopyRow(float* row, nint plane, int image, int y);

    private static int ItemsOf(int height, int lacking) => checked(height + lacking + Rows - 1) / Rows;
}
