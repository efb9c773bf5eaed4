namespace CudaNet.Kernels.Cuda;

/// <summary>What became of one of NVIDIA's libraries.</summary>
/// <param name="Library">Which: <c>driver</c>, <c>cuBLAS</c>, <c>cublasLt</c> or <c>cuDNN</c>.</param>
/// <param name="Path">The file that was found; null where there is none.</param>
/// <param name="Version">What it says of itself; null where it could not be asked.</param>
/// <param name="WhyNot">Why it cannot be used, in the loader's or the library's own words; null where it can.</param>
/// <param name="Remedy">What to do about it; null where it can be used, or nothing is known.</param>
public sealed record LibraryReport(string Library, string? Path, string? Version, string? WhyNot = null, string? Remedy = null)
{
    /// <summary>One line.</summary>
    public override string ToString() => WhyNot is null ? $"{Library} {Version}, {Path}" : $"{Library}: {WhyNot}";
}
