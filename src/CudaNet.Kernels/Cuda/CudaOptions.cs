using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>Which GPU computes, and how.</summary>
public sealed record CudaOptions
{
    /// <summary>The device's number in this process, from 0; CUDA_VISIBLE_DEVICES changes which device has which. One backend a device.</summary>
    public int Device { get; init; }

    /// <summary>
    /// A context (<c>CUcontext</c>) of that device which other code made and keeps until all that the backend made is disposed of: its memory, streams and events
    /// can be bound then. Null, the default, for the device's primary context, which the CUDA runtime and most libraries use.
    /// </summary>
    public nint? Context { get; init; }

    /// <summary>How values are stored and multiplied.</summary>
    public ArithmeticPrecision Precision { get; init; }

    /// <summary>What computes fully connected layers.</summary>
    public CudaLinear Linear { get; init; }

    /// <summary>
    /// Computes a convolution with the batch norm, sum and ReLU behind it by one call of cuDNN where that runs it, with batch norm folded into a second set of
    /// weights. Observed layers inside such a step are computed beside: theirs are not the numbers that the call had. Which steps run so does not depend on what
    /// is observed, and neither do their bits.
    /// </summary>
    public bool FusedConvolutions { get; init; }

    /// <summary>
    /// The most bytes of workspace that one convolution may have. An algorithm that needs more is passed over; a batch that makes the chosen one need more
    /// is cut. 0 works. More may be slower: libraries then choose algorithms that move more memory.
    /// </summary>
    public long WorkspaceLimitBytes { get; init; } = 32L << 20;

    /// <summary>
    /// The most bytes of host memory that an executable pins: for its input, its output and each observed layer. Where all of them are more, observed layers
    /// share two buffers and the pass waits for their readers; where those are more, memory is not pinned and copies are slower. The pass is queued call by call
    /// then. The numbers are the same.
    /// </summary>
    public long PinnedLimitBytes { get; init; } = 256L << 20;

    /// <summary>
    /// The most bytes of device memory that observed layers keep to the end of a pass, so that their copies to the host hide behind later layers. Where all of them
    /// are more, later layers are stored over them and wait for the copies. The numbers are the same.
    /// </summary>
    public long DeviceLimitBytes { get; init; } = 1L << 30;

    /// <summary>Whether passes become graphs.</summary>
    public CudaGraphs Graph { get; init; }

    /// <summary>What is done so that an image's bits do not depend on the other images of its batch.</summary>
    public BatchBits BatchBits { get; init; }

    /// <summary>
    /// Whether each convolution's algorithm, arithmetic and layout are chosen by time, measured on the device at batch 1 when a layer is first loaded; otherwise
    /// the first that runs is taken. Which is fastest may differ from process to process, and bits with it, unless <see cref="CacheFile"/> keeps it.
    /// </summary>
    public bool Autotune { get; init; }

    /// <summary>
    /// The file that keeps what was found out about layers, batch bits and <see cref="Autotune"/>'s choices, for later processes; null to keep nothing. Devices,
    /// drivers, versions, precisions and processes may share it. What it says is believed; what cannot be read or written is only told, by
    /// <see cref="CudaBackend.Notes"/>.
    /// </summary>
    public string? CacheFile { get; init; }

    /// <summary>NVIDIA's libraries, or what stands in for them, such as an emulated device; null to load this machine's.</summary>
    public CudaLibraries? Libraries { get; init; }

    /// <summary>Measures every pass and is told of it at its end, on its thread; null, the default, measures nothing.</summary>
    internal Action<PassTimes>? PassMeasured { get; init; }
}

/// <summary>How passes are launched.</summary>
public enum CudaGraphs
{
    /// <summary>The first pass of an executable is queued call by call, and captured then: later ones are one launch of that graph. The numbers are the same.</summary>
    On,

    /// <summary>Every pass is queued call by call.</summary>
    Off,
}

/// <summary>What computes fully connected layers.</summary>
public enum CudaLinear
{
    /// <summary>CudaNet's own kernel: the order of its sums depends on the number of inputs alone, and no cuBLAS is needed.</summary>
    Kernels,

    /// <summary>cuBLAS, worth it for thousands of classes at large batches. <see cref="CudaOptions.BatchBits"/> holds for it, too.</summary>
    Cublas,
}
