namespace CudaNet.Kernels.Cuda;

/// <summary>
/// How runs on a device's memory are ordered with the caller's own work: by events of his, or by a stream of his. Handles are the driver's own, as every other
/// program has them, stay valid as long as the binding, and are in no capture when a run begins. Where all are null, the input is there when a run begins, and the caller waits by
/// <c>Run</c>, not <c>Enqueue</c>.
/// </summary>
public sealed record DeviceOrder
{
    /// <summary>
    /// A stream (<c>CUstream</c>): a run begins after what was queued there before it, and what is queued there after it begins after the run. 0, 1 and 2 mean
    /// the driver's default streams. Costs two native calls a run more than two events.
    /// </summary>
    public nint? Stream { get; init; }

    /// <summary>An event (<c>CUevent</c>) that the caller records where the input is ready: a run waits for its last record.</summary>
    public nint? InputReady { get; init; }

    /// <summary>An event (<c>CUevent</c>) that each run records where its output is ready.</summary>
    public nint? OutputReady { get; init; }
}
