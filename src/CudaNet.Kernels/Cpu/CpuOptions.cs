namespace CudaNet.Kernels.Cpu;

/// <summary>How the CPU backend computes. Neither option changes a bit of a result.</summary>
public sealed record CpuOptions
{
    /// <summary>The most threads that can be asked for.</summary>
    public const int MaxThreads = 1024;

    /// <summary>Threads that compute, the caller's included, at most <see cref="MaxThreads"/>; 0 for one a core that this process may use.</summary>
    public int Threads { get; init; }

    /// <summary>The vector width; <see cref="SimdWidth.Auto"/> takes the widest.</summary>
    public SimdWidth SimdWidth { get; init; }
}
