using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>
/// What copies do at the call: whether they wait for the stream, and when host memory is read. A pinned source is read when the stream gets there; a
/// pageable one is read by the call, outside captures; a pageable destination makes the call wait. Used under the machine's gate.
/// </summary>
internal static unsafe class Copies
{
    private const ulong LargestSnapshot = 1 << 30;

    // Systems place nothing below: such an address is a null pointer and an offset.
    private const ulong LowestHostAddress = 0x10000;

    /// <summary>A copy in one row; what each pointer is follows from its address.</summary>
    public static CUresult Linear(string call, EmulatedStream stream, ulong destination, ulong source, ulong bytes, bool isAsync)
        => Rows(call, stream, (destination, bytes), (source, bytes), bytes, 1, isAsync);

    /// <summary>A copy of rows.</summary>
    /// <param name="call">The call.</param>
    /// <param name="stream">Where it is queued; a synchronous one in the legacy stream.</param>
    /// <param name="destination">Where the first row goes, and the bytes from row to row.</param>
    /// <param name="source">Where the first row comes from, and the bytes from row to row.</param>
    /// <param name="width">Bytes of a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="isAsync">Whether the call is an asynchronous one.</param>
    public static CUresult Rows(
        string call,
        EmulatedStream stream,
        (ulong Address, ulong Pitch) destination,
        (ulong Address, ulong Pitch) source,
        ulong width,
        ulong height,
        bool isAsync)
    {
        if (width == 0 || height == 0)
        {
            return CUresult.CUDA_SUCCESS;
        }

        if (!TryPlace(stream.Machine, call, source, width, height, out CopySide from) || !TryPlace(stream.Machine, call, destination, width, height, out CopySide to))
        {
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        CUresult admitted = stream.Admit(call);
        if (admitted != CUresult.CUDA_SUCCESS)
        {
            return admitted;
        }

        bool isPageable = from.Place == CopyPlace.Pageable || to.Place == CopyPlace.Pageable;
        bool isHostToHost = from.Place != CopyPlace.Device && to.Place != CopyPlace.Device;
        if (isAsync && isPageable)
        {
            FlagPageable(stream, call);
        }

        if (stream.Capture is not null && isAsync)
        {
            return stream.Enqueue(new CopyOperation(call, from, to, width, height));
        }

        if (from.Place == CopyPlace.Device && to.Place == CopyPlace.Device)
        {
            return stream.Enqueue(new CopyOperation(call, from, to, width, height));
        }

        if (!isAsync || isHostToHost || to.Place == CopyPlace.Pageable || (isPageable && width > LargestSnapshot / height))
        {
            return stream.RunNow(new CopyOperation(call, from, to, width, height));
        }

        return stream.Enqueue(new CopyOperation(call, isPageable ? Snapshot(from, width, height) : from, to, width, height));
    }

    private static CopySide Snapshot(CopySide source, ulong width, ulong height)
    {
        var bytes = new byte[width * height];
        for (ulong row = 0; row < height; row++)
        {
            new ReadOnlySpan<byte>((void*)(source.Address + (row * source.Pitch)), (int)width).CopyTo(bytes.AsSpan((int)(row * width)));
        }

        return source with { Pitch = width, Snapshot = bytes };
    }

    private static bool TryPlace(EmulatedMachine machine, string call, (ulong Address, ulong Pitch) at, ulong width, ulong height, out CopySide side)
    {
        side = new CopySide(at.Address, at.Pitch, CopyPlace.Pageable);
        if (at.Address < LowestHostAddress)
        {
            return false;
        }

        ulong bytes = CopyOperation.Extent(side, width, height);
        MemoryRange? range = machine.Memory.Find(at.Address);
        if (range is null && !MemorySpace.IsDeviceAddress(at.Address))
        {
            return true;
        }

        if (range is null || !range.Holds(at.Address, bytes) || !range.IsUsable)
        {
            bool isProgramsOwn = range is { Kind: MemoryKind.Registered };
            if (!isProgramsOwn)
            {
                machine.Findings.Add(machine.Devices[range?.Device ?? 0].Memory.Fault(at.Address, bytes, MemoryAccess.ReadWrite, call).Finding);
            }

            return isProgramsOwn;
        }

        side = side with { Place = range.IsOfHost ? CopyPlace.Pinned : CopyPlace.Device };
        return true;
    }

    private static void FlagPageable(EmulatedStream stream, string call)
    {
        if (stream.Machine.Options.RefusePageableAsync)
        {
            stream.Machine.Find(
                FindingKind.Argument,
                $"{call} on {stream.Name} is given host memory that is neither pinned nor registered: the call may wait, and the memory may move or go before the copy ran.");
        }
    }
}
