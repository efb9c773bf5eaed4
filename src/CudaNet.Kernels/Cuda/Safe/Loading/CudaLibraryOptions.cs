namespace CudaNet.Kernels.Cuda;

/// <summary>Where NVIDIA's libraries are looked for.</summary>
public sealed record CudaLibraryOptions
{
    /// <summary>
    /// Folders that are searched before all others: a toolkit, a folder of libraries, or the <c>site-packages</c> of a Python that has NVIDIA's wheels.
    /// After them come those of the environment variable <c>CUDANET_CUDA_PATH</c>, and the places where toolkits, wheels, conda and distributions put them.
    /// </summary>
    public IReadOnlyList<string> Folders { get; init; } = [];
}
