using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <content>Copies and fills. Host memory that the collector may move is only taken by the copies that wait.</content>
public sealed unsafe partial class CudaStream
{
    /// <summary>Copies to the device. The source is read when the stream gets there: it must stay as it is until then.</summary>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public void Copy(PinnedSlice source, DeviceSlice destination)
    {
        RequireEqual(source.Bytes, destination.Bytes);
        Context.Enter();
        using HandleUse stream = Handle.Use();
        using HandleUse from = source.Memory.Handle.Use();
        using HandleUse to = destination.Memory.Handle.Use();
        CUresult result = Context.Driver.cuMemcpyHtoDAsync_v2(destination.Address.Value, (byte*)from.Value + source.OffsetBytes, (nuint)source.Bytes, stream.Value);
        Context.Check(result, nameof(DriverApi.cuMemcpyHtoDAsync_v2), $"{destination}, {Place(destination)}");
    }

    /// <summary>Copies from the device. The destination is there once the stream has got there.</summary>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public void Copy(DeviceSlice source, PinnedSlice destination)
    {
        RequireEqual(source.Bytes, destination.Bytes);
        Context.Enter();
        using HandleUse stream = Handle.Use();
        using HandleUse from = source.Memory.Handle.Use();
        using HandleUse to = destination.Memory.Handle.Use();
        CUresult result = Context.Driver.cuMemcpyDtoHAsync_v2((byte*)to.Value + destination.OffsetBytes, source.Address.Value, (nuint)source.Bytes, stream.Value);
        Context.Check(result, nameof(DriverApi.cuMemcpyDtoHAsync_v2), $"{source}, {Place(source)}");
    }

    /// <summary>Copies on the device.</summary>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public void Copy(DeviceSlice source, DeviceSlice destination)
    {
        RequireEqual(source.Bytes, destination.Bytes);
        Context.Enter();
        using HandleUse stream = Handle.Use();
        using HandleUse from = source.Memory.Handle.Use();
        using HandleUse to = destination.Memory.Handle.Use();
        CUresult result = Context.Driver.cuMemcpyDtoDAsync_v2(destination.Address.Value, source.Address.Value, (nuint)source.Bytes, stream.Value);
        Context.Check(result, nameof(DriverApi.cuMemcpyDtoDAsync_v2), $"{source} to {destination}, {Place(source)}, {Place(destination)}");
    }

    /// <summary>Waits for the stream, copies to the device, and returns when the values are there.</summary>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    /// <exception cref="InvalidOperationException">This thread captures.</exception>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public void Upload<T>(ReadOnlySpan<T> source, DeviceSlice destination)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(source);
        RequireEqual(bytes.Length, destination.Bytes);
        StreamCapture.ThrowIfActive();
        Synchronize();
        using HandleUse to = destination.Memory.Handle.Use();
        fixed (byte* from = bytes)
        {
            Context.Check(Context.Driver.cuMemcpyHtoD_v2(destination.Address.Value, from, (nuint)bytes.Length), nameof(DriverApi.cuMemcpyHtoD_v2), $"{destination}, {Place(destination)}");
        }

        // The call may return once the source is staged. It used the legacy stream, for which no other waits: wait for it here.
        Context.Check(Context.Driver.cuStreamSynchronize(0), nameof(DriverApi.cuStreamSynchronize));
    }

    /// <summary>Waits for the stream, copies from the device, and returns when the values are there.</summary>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    /// <exception cref="InvalidOperationException">This thread captures.</exception>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public void Download<T>(DeviceSlice source, Span<T> destination)
        where T : unmanaged
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(destination);
        RequireEqual(source.Bytes, bytes.Length);
        StreamCapture.ThrowIfActive();
        Synchronize();
        using HandleUse from = source.Memory.Handle.Use();
        fixed (byte* to = bytes)
        {
            Context.Check(Context.Driver.cuMemcpyDtoH_v2(to, source.Address.Value, (nuint)bytes.Length), nameof(DriverApi.cuMemcpyDtoH_v2), $"{source}, {Place(source)}");
        }
    }

    /// <summary>Sets every byte.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public void Fill(byte value, DeviceSlice destination)
    {
        Context.Enter();
        using HandleUse stream = Handle.Use();
        using HandleUse to = destination.Memory.Handle.Use();
        CUresult result = Context.Driver.cuMemsetD8Async(destination.Address.Value, value, (nuint)destination.Bytes, stream.Value);
        Context.Check(result, nameof(DriverApi.cuMemsetD8Async), $"{destination}, {Place(destination)}");
    }

    /// <summary>Sets every 32-bit word; address and size are multiples of 4.</summary>
    /// <exception cref="ArgumentException">The size is no multiple of 4.</exception>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public void Fill(uint value, DeviceSlice destination)
    {
        if (destination.Bytes % sizeof(uint) != 0)
        {
            throw new ArgumentException($"{destination.Bytes} bytes are no whole number of 32-bit words", nameof(destination));
        }

        Context.Enter();
        using HandleUse stream = Handle.Use();
        using HandleUse to = destination.Memory.Handle.Use();
        CUresult result = Context.Driver.cuMemsetD32Async(destination.Address.Value, value, (nuint)(destination.Bytes / sizeof(uint)), stream.Value);
        Context.Check(result, nameof(DriverApi.cuMemsetD32Async), $"{destination}, {Place(destination)}");
    }

    private static void RequireEqual(long source, long destination)
    {
        if (source != destination)
        {
            throw new ArgumentException($"the source has {source} bytes, the destination {destination}");
        }
    }

    /// <summary>For the message: which device the memory is of, and which the stream.</summary>
    private string Place(DeviceSlice slice) => slice.Memory.Context == Context ? $"{Context.Device}" : $"memory of {slice.Memory.Context.Device} in a stream of {Context.Device}";
}
