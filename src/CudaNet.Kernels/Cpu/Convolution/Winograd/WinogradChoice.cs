using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Which convolutions are computed by Winograd's algorithms, and by which: a function of the layer and of its output's size alone, because the bits follow from it; of the batch only where that was asked for.
/// docs/cpu-performance.md has what was measured.
/// </summary>
internal static class WinogradChoice
{
    public const string Four = "Winograd 4×4";
    public const string Two = "Winograd 2×2";

    /// <summary>F(4×4, 4×4) over <see cref="CudaNet.Kernels.Cpu.SpaceToDepthInput"/>: windows of 7×7 and stride 2 that read the run's input.</summary>
    public const string SpaceToDepth = "Winograd 4×4, space to depth";

    /// <summary>With fewer channels on either side, transforms cost more than the products that they save.</summary>
    private const int LeastChannels = 32;

    /// <summary>The products that are saved must be at least a third: transforms cost about that.</summary>
    private const double LeastGain = 1.5;

    /// <summary>
    /// Channels of the input from which space to depth pays. Direct sums' time over its time at 64 outputs of 1×224² (Zen 3, 256 bits, one thread): 0.88 with one channel, 1.11 with two, 1.50 with
    /// three, 1.60 with four; with three and 16 or 32 outputs 1.60 and 1.49.
    /// </summary>
    private const int LeastInputs = 3;

    /// <summary>Tiles of an image from which it pays: of 16 direct sums take 1.30 times as long, of 4 half as long.</summary>
    private const int LeastTiles = 16;

    /// <summary>
    /// Pixels of a whole batch up to which a direct sum is quicker, where the batch may decide: it reads nine weights and transforms none. Of <see cref="OneTile"/> it is not. Fewer than
    /// <see cref="BatchCut"/> leaves in a part of a batch.
    /// </summary>
    internal const int FewPixels = 36;

    /// <summary>Pixels of a tile of F(2×2).</summary>
    private const int OneTile = 4;

    /// <summary>Why a layer's algorithm is not Winograd's whatever its size; null where it may be.</summary>
    public static string? WhyNever(Conv2d op, bool readsInput) =>
        IsSpaceToDepth(op, readsInput) ? null
        : op is not { KernelHeight: 3, KernelWidth: 3 } ? $"its window is {op.KernelHeight}×{op.KernelWidth}, not 3×3"
        : op.Stride != 1 ? $"its stride is {op.Stride}"
        : op.Dilation != 1 ? $"its dilation is {op.Dilation}"
        : StepAlgorithms.SplitsBlocks(op) ? "its groups do not fill blocks of 16 channels"
        : null;

    /// <summary>The algorithm's name; null for a direct sum, and then the reason.</summary>
    public static string? Of(Conv2d op, TensorShape output, CpuConvolutions algorithms, bool readsInput, out string? whyNot)
    {
        (int height, int width) = (output.Height, output.Width);
        whyNot = WhyNever(op, readsInput) ?? (algorithms == CpuConvolutions.Direct ? "direct sums were asked for" : null);
        if (whyNot is not null)
        {
            return null;
        }

        if (IsSpaceToDepth(op, readsInput))
        {
            return SpaceToDepthOf(op, height, width, algorithms, out whyNot);
        }

        // Transforms and weights of narrow and cut-off tiles cost what those of whole ones cost, and are about as much as the products that they save.
        double direct = 9.0 * height * width;
        double four = Winograd4x4.Points * Tiles<Winograd4x4>(height, width);
        double two = Winograd2x2.Points * Tiles<Winograd2x2>(height, width);
        string choice = four < two ? Four : Two; // Where products are equal, 16 points are less to read and to transform than 36.
        if (algorithms == CpuConvolutions.Winograd)
        {
            return choice;
        }

        int channels = Math.Min(op.InChannels, op.OutChannels) / op.Groups;
        double gain = direct / Math.Min(four, two);
        whyNot = channels < LeastChannels ? $"{channels} channels are too few"
            : readsInput ? "it reads the input"
            : gain < LeastGain ? TooLittle(height, width)
            : algorithms == CpuConvolutions.AutoPerBatch && (long)output.Batch * height * width is > OneTile and <= FewPixels ? "the batch's pixels are few"
            : null;
        return whyNot is null ? choice : null;
    }

    /// <summary>Whether a layer is a convolution of 4×4 taps and stride 1 over <see cref="CudaNet.Kernels.Cpu.SpaceToDepthInput"/> whose channels fit one block.</summary>
    public static bool IsSpaceToDepth(Conv2d op, bool readsInput) =>
        readsInput && op is { KernelHeight: 7 or 8, KernelWidth: 7 or 8, Stride: 2, Dilation: 1, Groups: 1, InChannels: <= BlockedImage.BlockChannels / 4 };

    /// <summary>Additions and multiplications of the products; what the transforms need is not counted.</summary>
    public static long Operations(Conv2d op, TensorShape output, string algorithm)
    {
        (int height, int width) = (output.Height, output.Width);
        long products = algorithm switch { Four => Points<Winograd4x4>(height, width), Two => Points<Winograd2x2>(height, width), _ => 4 * Points<Winograd4x4Taps4>(height, width) };
        return 2L * output.Batch * output.Channels * op.InChannels / op.Groups * products;
    }

    private static string? SpaceToDepthOf(Conv2d op, int height, int width, CpuConvolutions algorithms, out string? whyNot)
    {
        double direct = (double)op.KernelHeight * op.KernelWidth * height * width;
        double tiles = Tiles<Winograd4x4Taps4>(height, width);
        double gain = direct / (4 * Winograd4x4Taps4.Points * tiles);
        whyNot = algorithms == CpuConvolutions.Winograd ? null
            : op.InChannels < LeastInputs ? $"{op.InChannels} input channels are too few"
            : tiles < LeastTiles ? $"{height}×{width} outputs are too few"
            : gain < LeastGain ? TooLittle(height, width)
            : null;
        return whyNot is null ? SpaceToDepth : null;
    }

    private static string TooLittle(int height, int width) => $"{height}×{width} outputs fill too little of its tiles";

    /// <summary>Points of an image's tiles.</summary>
    private static long Points<TVariant>(int height, int width)
        where TVariant : struct, IWinograd => TileAxis.Of<TVariant>(height).Points(TVariant.Inputs) * (long)TileAxis.Of<TVariant>(width).Points(TVariant.Inputs);

    private static double Tiles<TVariant>(int height, int width)
        where TVariant : struct, IWinograd => (double)TileAxis.Of<TVariant>(height).Tiles * TileAxis.Of<TVariant>(width).Tiles;
}
