namespace CudaNet.Kernels.Cuda;

/// <summary>
/// The device cannot be used any more by this process. The first of these exceptions is the cause: a kernel that read a wrong address, an assertion, a lost
/// device. Every later call through the same device throws one that repeats its facts and carries it as <see cref="Exception.InnerException"/>.
/// </summary>
public sealed class DeviceFaultedException : CudaException
{
    internal DeviceFaultedException(NativeFailure failure, int device)
        : base(failure with { Hint = failure.Hint ?? "Only a new process can use the device again." }) => Device = device;

    internal DeviceFaultedException(DeviceFaultedException first)
        : base($"device {first.Device} faulted before: {first.Message}", FactsOf(first), first) => Device = first.Device;

    /// <summary>The device's ordinal.</summary>
    public int Device { get; }

    private static NativeFailure FactsOf(DeviceFaultedException first) => new(first.Call, first.Result, first.Number, first.Arguments, Hint: first.Hint);
}
