namespace CudaNet.Kernels.Cuda;

/// <summary>Device memory for one call that is only tried: operands that are all zeros, each at an address as an allocation of its own has. Under <see cref="CudaRuntime.Loading"/>.</summary>
internal sealed class ZeroedOperands : IDisposable
{
    private const int Alignment = 256;

    private readonly DeviceMemory _memory;
    private readonly long[] _offsets;

    /// <param name="runtime">Where.</param>
    /// <param name="bytes">Of each.</param>
    public ZeroedOperands(CudaRuntime runtime, params ReadOnlySpan<long> bytes)
    {
        _offsets = new long[bytes.Length];
        long end = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            _offsets[i] = end;
            end = checked(end + bytes[i] + Alignment - 1) / Alignment * Alignment;
        }

        _memory = new DeviceMemory(runtime.Context, end);
        try
        {
            runtime.Stream.Fill((byte)0, _memory);
        }
        catch
        {
            _memory.Dispose();
            throw;
        }
    }

    public DeviceAddress this[int operand] => _memory.Address + _offsets[operand];

    public void Dispose() => _memory.Dispose();
}
