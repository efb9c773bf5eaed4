namespace CudaNet.Kernels.Cuda;

/// <summary>An address in a device's memory. It is no host address, and keeps nothing alive.</summary>
/// <param name="Value">The address as the device knows it; 0 is no memory.</param>
public readonly record struct DeviceAddress(ulong Value)
{
    /// <summary>The address some bytes further on.</summary>
    public static DeviceAddress operator +(DeviceAddress address, long bytes) => new(checked(address.Value + (ulong)bytes));

    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:x}";
}
