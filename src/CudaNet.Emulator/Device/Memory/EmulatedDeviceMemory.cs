using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>The memory of a machine as one device sees it: its own, and host memory that is pinned or registered.</summary>
internal sealed unsafe class EmulatedDeviceMemory(MemorySpace space, int device) : IDeviceMemory
{
    private const ulong Near = 1 << 20;

    public MemoryRange? Find(ulong address) => space.Find(address) is { } range && Reaches(range) ? range : null;

    public Span<byte> Access(ulong address, ulong bytes, MemoryAccess access, string who)
    {
        if (bytes == 0)
        {
            return [];
        }

        MemoryRange? range = space.Find(address);
        if (range is null || range.IsFreed || !range.Holds(address, bytes) || !Reaches(range) || bytes > int.MaxValue)
        {
            throw Fault(address, bytes, access, who);
        }

        return new Span<byte>(range.Host + (address - range.Start), (int)bytes);
    }

    public DeviceFault Fault(ulong address, ulong bytes, MemoryAccess access, string who)
    {
        string does = access switch
        {
            MemoryAccess.Read => "reads",
            MemoryAccess.Write => "writes",
            _ => "reads and writes",
        };
        string what = $"{who} {does} {bytes} bytes at 0x{address:x}";
        MemoryRange? range = space.Find(address);
        if (range is null)
        {
            return new DeviceFault(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, FindingKind.OutOfBounds, $"{what}: {Where(address)}.");
        }

        if (range.IsFreed)
        {
            return new DeviceFault(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, FindingKind.UseAfterFree, $"{what}, at byte {address - range.Start} of {range.Name}, which {range.Gone}.");
        }

        return Reaches(range)
            ? new DeviceFault(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, FindingKind.OutOfBounds, $"{what}, from byte {address - range.Start} of {range.Name} beyond its end.")
            : new DeviceFault(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, FindingKind.OutOfBounds, $"{what}, in {range.Name}, memory of device {range.Device}; this is device {device}.");
    }

    private bool Reaches(MemoryRange range) => range.Device == device || range.IsOfHost;

    private string Where(ulong address)
    {
        if (space.Nearest(address) is not { } nearest)
        {
            return "nothing is allocated";
        }

        bool above = address >= nearest.End;
        ulong distance = above ? address - nearest.End : nearest.Start - address;
        if (distance > Near)
        {
            return "no allocation is near; a host address perhaps";
        }

        string freed = nearest.IsFreed ? $", which {nearest.Gone}" : string.Empty;
        return above
            ? $"{distance} bytes behind the end of {nearest.Name}{freed}"
            : $"{distance} bytes before the start of {nearest.Name}{freed}";
    }
}
