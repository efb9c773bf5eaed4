namespace CudaNet.Kernels.Cpu;

/// <summary>How the CPU backend computes. Only <see cref="Convolutions"/> changes bits of a result.</summary>
public sealed record CpuOptions
{
    /// <summary>The most threads that can be asked for.</summary>
    public const int MaxThreads = 1024;

    /// <summary>Threads that compute, the caller's included, at most <see cref="MaxThreads"/>; 0 for one a core that this process may use.</summary>
    /// <remarks>
    /// Those cores are <see cref="Environment.ProcessorCount"/>: the fewer of the affinity mask's and of a container's limit, which is rounded up; or what
    /// <c>DOTNET_PROCESSOR_COUNT</c> says. With a limit of 1.5 cores two threads are halted for part of each period of the limit: the mean and the median pass
    /// are faster than with one thread, the slowest passes are slower. Ask for the whole cores where those matter.
    /// </remarks>
    public int Threads { get; init; }

    /// <summary>The vector width; <see cref="SimdWidth.Auto"/> takes the widest.</summary>
    public SimdWidth SimdWidth { get; init; }

    /// <summary>How convolutions are computed. Each choice is a function of the layer and its image size alone; with <see cref="CpuConvolutions.AutoPerBatch"/> also of the batch.</summary>
    public CpuConvolutions Convolutions { get; init; }

    /// <summary>
    /// Winograd's weights are kept transformed up to that many times the bytes of the model's fp32 parameters, at all image sizes together; what is beyond is transformed each
    /// time it is read, slower in large batches. Changes no bit.
    /// </summary>
    public double TransformedWeights { get; init; } = 2.5;

    /// <summary>The one of Winograd's algorithms that is taken wherever any is; null for the choice. For measuring what each loses.</summary>
    internal string? WinogradVariant { get; init; }

    /// <summary>In place of <see cref="BatchCut"/>'s choice: so many images go through as many steps as can be before the next; null for the choice. For tests.</summary>
    internal int? PartImages { get; init; }

    /// <summary>In place of the processor's vectors of <see cref="SimdWidth"/>, which is not asked for then; null for the processor's. For testing kernels whose instructions it lacks.</summary>
    internal SimdVectors? Vectors { get; init; }
}
