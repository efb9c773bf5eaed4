using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Device memory for kernels alone: ranges at round addresses, far apart.</summary>
internal sealed unsafe class TestMemory : IDeviceMemory, IDisposable
{
    private readonly List<MemoryRange> _ranges = [];

    public ulong Allocate(long bytes, MemoryKind kind = MemoryKind.Device)
    {
        ulong start = 0x7000_0000_0000 + ((ulong)_ranges.Count << 32);
        byte* host = (byte*)NativeMemory.AlignedAlloc((nuint)bytes + 64, 256);
        new Span<byte>(host, (int)bytes).Fill(0xFF);
        _ranges.Add(new MemoryRange(start, (ulong)bytes, host, kind, 0, $"allocation {_ranges.Count + 1} of {bytes} bytes"));
        return start;
    }

    public ulong Upload<T>(ReadOnlySpan<T> values, MemoryKind kind = MemoryKind.Device)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values);
        ulong address = Allocate(bytes.Length, kind);
        bytes.CopyTo(new Span<byte>(Find(address)!.Host, bytes.Length));
        return address;
    }

    public T[] Download<T>(ulong address, int count)
        where T : unmanaged => new ReadOnlySpan<T>(Find(address)!.Host + (address - Find(address)!.Start), count).ToArray();

    public void Free(ulong address) => Find(address)!.IsFreed = true;

    public MemoryRange? Find(ulong address) => _ranges.Find(range => address >= range.Start && address < range.End);

    public Span<byte> Access(ulong address, ulong bytes, MemoryAccess access, string who) =>
        Find(address) is { IsFreed: false } range && address + bytes <= range.End
            ? new Span<byte>(range.Host + (address - range.Start), (int)bytes)
            : throw Fault(address, bytes, access, who);

    public DeviceFault Fault(ulong address, ulong bytes, MemoryAccess access, string who)
    {
        MemoryRange? nearest = _ranges.MinBy(range => address < range.Start ? range.Start - address : address - Math.Min(address, range.End));
        FindingKind kind = Find(address) is { IsFreed: true } ? FindingKind.UseAfterFree : FindingKind.OutOfBounds;
        return new DeviceFault(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, kind, $"{who}: {access} of {bytes} bytes at 0x{address:x}; nearest is {nearest?.Name}");
    }

    public void Dispose()
    {
        foreach (MemoryRange range in _ranges)
        {
            NativeMemory.AlignedFree(range.Host);
        }
    }
}
