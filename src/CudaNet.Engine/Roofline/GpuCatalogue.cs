namespace CudaNet.Engine;

/// <summary>
/// The GPUs whose limits can be named: the one list behind <c>cudanet roofline</c> and the table of <c>docs/gpu-roofline.md</c>. Peaks are NVIDIA's at the
/// boost clock it states, dense, sums in fp32.
/// </summary>
public static class GpuCatalogue
{
    private const string TuringPaper = "NVIDIA Turing GPU Architecture (whitepaper)";
    private const string AmperePaper = "NVIDIA A100 Tensor Core GPU Architecture (whitepaper)";
    private const string AdaPaper = "NVIDIA Ada GPU Architecture (whitepaper, version 2.1)";
    private const string HopperPaper = "NVIDIA H100 Tensor Core GPU Architecture (whitepaper, version 1.04)";
    private const string BlackwellPaper = "NVIDIA RTX Blackwell GPU Architecture (whitepaper, version 1.1)";
    private const string Specifications = "the table of specifications";

    /// <summary>From the oldest to the newest.</summary>
    public static IReadOnlyList<Gpu> All { get; } =
    [
        new(
            "T4", "NVIDIA T4 (PCIe, 16 GB)", new Version(7, 5), 320e9, Mebibytes(4), new GpuPeaks(8.1e12, null, 65e12, null),
            [
                new("fp32, and mixed precision as fp16", "NVIDIA T4 Tensor Core GPU (datasheet)", Specifications),
                new("320 GB/s, which 256 bits at 10 Gbit/s make (the datasheet prints 300 GB/s); L2", TuringPaper, "table 5, Tesla T4"),
            ]),
        new(
            "L4", "NVIDIA L4 (PCIe, 24 GB)", new Version(8, 9), 300e9, Mebibytes(48), new GpuPeaks(30.3e12, 60e12, 121e12, 121e12),
            [
                new("fp32, bandwidth; tf32, fp16 and bf16 as half of what is printed with sparsity (what the sums are in is not printed)", "NVIDIA L4 Tensor Core GPU (datasheet)", Specifications),
                new("L2, that of its chip AD104; 121 TFLOP/s dense", AdaPaper, "chapter on the chips, and the table of the L4"),
            ]),
        new(
            "A100", "NVIDIA A100 (SXM4, 80 GB)", new Version(8, 0), 2039e9, Mebibytes(40), new GpuPeaks(19.5e12, 156e12, 312e12, 312e12),
            [
                new("peaks, bandwidth (the board with 40 GB has 1,555 GB/s)", "NVIDIA A100 Tensor Core GPU (datasheet)", Specifications + ", column A100 80GB SXM"),
                new("L2, sums in fp32", AmperePaper, "comparison of Tesla P100, V100 and A100"),
            ]),
        new(
            "4090", "GeForce RTX 4090 (24 GB)", new Version(8, 9), 1008e9, Mebibytes(72), new GpuPeaks(82.6e12, 82.6e12, 165.2e12, 165.2e12),
            [new("all; fp16 is the row with fp32 accumulate, half of the one with fp16 accumulate", AdaPaper, "appendix A, full specifications of the GeForce RTX 4090")]),
        new(
            "H100", "NVIDIA H100 (SXM5, 80 GB)", new Version(9, 0), 3350e9, Mebibytes(50), new GpuPeaks(66.9e12, 494.7e12, 989.4e12, 989.4e12),
            [
                new("peaks, L2", HopperPaper, "tables 1 and 3, column H100 SXM5"),
                new("3.35 TB/s (the whitepaper has 3,352 GB/s, not final)", "NVIDIA H100 Tensor Core GPU (datasheet)", Specifications),
            ]),
        new(
            "H200", "NVIDIA H200 (SXM5, 141 GB)", new Version(9, 0), 4800e9, Mebibytes(60), new GpuPeaks(67e12, 494.5e12, 989.5e12, 989.5e12),
            [
                new("fp32, bandwidth; tf32, fp16 and bf16 as half of what is printed with sparsity", "NVIDIA H200 Tensor Core GPU (datasheet)", Specifications + ", column H200 SXM"),
                new("L2: 62,914,560 bytes (NVIDIA prints no size; 50 MB, the H100's, is often repeated)", "the device's own properties", "cudaDeviceProp::l2CacheSize as users have published it"),
            ]),
        new(
            "5090", "GeForce RTX 5090 (32 GB)", new Version(12, 0), 1792e9, Mebibytes(96), new GpuPeaks(104.8e12, 104.8e12, 209.5e12, 209.5e12),
            [new("all; fp16 is the row with fp32 accumulate, half of the one with fp16 accumulate", BlackwellPaper, "table 3, GeForce RTX 5090")]),
    ];

    /// <summary>The GPU of that name, in capitals or not.</summary>
    /// <exception cref="CudaNetException">There is none; the hint has the names.</exception>
    public static Gpu Find(string name) =>
        All.FirstOrDefault(g => string.Equals(g.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new CudaNetException($"there is no GPU {Printable.Quote(name)} in the table of peaks") { Hint = $"There are {string.Join(", ", All)}." };

    private static long Mebibytes(long count) => count << 20;
}
