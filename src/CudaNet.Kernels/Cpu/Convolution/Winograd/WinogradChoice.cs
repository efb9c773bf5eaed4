using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Which convolutions are computed by Winograd's algorithms, and by which: a function of the layer and of its output's size alone, because the bits follow from it.
/// docs/cpu-performance.md has what was measured.
/// </summary>
internal static class WinogradChoice
{
    public const string Four = "Winograd 4×4";
    public const string Two = "Winograd 2×2";

    /// <summary>With fewer channels on either side, transforms cost more than the products that they save.</summary>
    private const int LeastChannels = 32;

    /// <summary>The products that are saved must be at least a third: transforms cost about that.</summary>
    private const double LeastGain = 1.5;

    /// <summary>Why a layer's algorithm is not Winograd's whatever its size; null where it may be.</summary>
    public static string? WhyNever(Conv2d op) =>
        op is not { KernelHeight: 3, KernelWidth: 3 } ? $"its window is {op.KernelHeight}×{op.KernelWidth}, not 3×3"
        : op.Stride != 1 ? $"its stride is {op.Stride}"
        : op.Dilation != 1 ? $"its dilation is {op.Dilation}"
        : StepAlgorithms.SplitsBlocks(op) ? "its groups do not fill blocks of 16 channels"
        : null;

    /// <summary>The algorithm's name; null for a direct sum, and then the reason.</summary>
    public static string? Of(Conv2d op, int height, int width, CpuConvolutions algorithms, bool readsInput, out string? whyNot)
    {
        whyNot = WhyNever(op) ?? (algorithms == CpuConvolutions.Direct ? "direct sums were asked for" : null);
        if (whyNot is not null)
        {
            return null;
        }

        double direct = 9.0 * height * width;
        double four = 36.0 * Tiles(height, 4) * Tiles(width, 4);
        double two = 16.0 * Tiles(height, 2) * Tiles(width, 2);
        string choice = four <= two ? Four : Two;
        if (algorithms == CpuConvolutions.Winograd)
        {
            return choice;
        }

        int channels = Math.Min(op.InChannels, op.OutChannels) / op.Groups;
        double gain = direct / Math.Min(four, two);
        whyNot = channels < LeastChannels ? $"{channels} channels are too few"
            : readsInput ? "it reads the input"
            : gain < LeastGain ? $"{height}×{width} outputs fill too little of its tiles"
            : null;
        return whyNot is null ? choice : null;
    }

    /// <summary>Additions and multiplications of the products; what the transforms need is not counted.</summary>
    public static long Operations(Conv2d op, TensorShape output, string algorithm)
    {
        (int points, int side) = algorithm == Four ? (36, 4) : (16, 2);
        return 2L * output.Batch * output.Channels * op.InChannels / op.Groups * points * Tiles(output.Height, side) * Tiles(output.Width, side);
    }

    private static int Tiles(int pixels, int side) => (pixels + side - 1) / side;
}
