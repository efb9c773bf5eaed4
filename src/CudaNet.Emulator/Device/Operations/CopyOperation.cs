using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>A copy of rows of bytes. Host memory is read and written when the stream gets there, but for a source that the call took a snapshot of.</summary>
internal sealed unsafe class CopyOperation(string name, CopySide source, CopySide destination, ulong width, ulong height) : StreamOperation
{
    public CopySide Source { get; } = source;

    public CopySide Destination { get; } = destination;

    /// <summary>Bytes of a row.</summary>
    public ulong Width { get; } = width;

    /// <summary>Rows.</summary>
    public ulong Height { get; } = height;

    public override string Name => name;

    public override CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_MEMCPY;

    public override IReadOnlyList<MemoryUse> Uses { get; } = UsesOf(source, destination, width, height);

    /// <summary>Until an asynchronous copy lands, its pinned destination holds nothing of use: it is poisoned, unless other work that is queued still reads it.</summary>
    public override void Queue(EmulatedMachine machine, IReadOnlyCollection<StreamOperation> together)
    {
        if (Destination.Place != CopyPlace.Pinned || Source.Place == CopyPlace.Pinned)
        {
            return;
        }

        ulong bytes = Extent(Destination, Width, Height);
        bool isUsed = machine.Scheduler.UserOf(Destination.Address, bytes) is not null
            || together.Any(other => other != this && other.Uses.Any(use => use.Overlaps(Destination.Address, bytes)));
        if (!isUsed && machine.Memory.FindLive(Destination.Address, bytes) is not null)
        {
            for (ulong row = 0; row < Height; row++)
            {
                new Span<byte>((void*)(Destination.Address + (row * Destination.Pitch)), checked((int)Width)).Fill(0xFF);
            }
        }
    }

    public override void Execute(OperationContext context)
    {
        for (ulong row = 0; row < Height; row++)
        {
            for (ulong done = 0; done < Width;)
            {
                ulong bytes = Math.Min(Width - done, 1 << 30);
                ReadOnlySpan<byte> from = Bytes(context, Source, row, done, bytes, MemoryAccess.Read);
                from.CopyTo(Bytes(context, Destination, row, done, bytes, MemoryAccess.Write));
                done += bytes;
            }
        }
    }

    /// <summary>From the first byte of the first row to the last of the last.</summary>
    public static ulong Extent(CopySide side, ulong width, ulong height) => height == 0 ? 0 : ((height - 1) * side.Pitch) + width;

    private static MemoryUse[] UsesOf(CopySide source, CopySide destination, ulong width, ulong height)
    {
        var destinationUse = new MemoryUse(destination.Address, Extent(destination, width, height), MemoryAccess.Write);
        return source.Snapshot is null
            ? [new MemoryUse(source.Address, Extent(source, width, height), MemoryAccess.Read), destinationUse]
            : [destinationUse];
    }

    private Span<byte> Bytes(OperationContext context, CopySide side, ulong row, ulong offset, ulong bytes, MemoryAccess access)
    {
        ulong at = (row * side.Pitch) + offset;
        if (side.Snapshot is { } snapshot)
        {
            return snapshot.AsSpan((int)at, (int)bytes);
        }

        if (side.Place == CopyPlace.Pageable)
        {
            return new Span<byte>((void*)(side.Address + at), (int)bytes);
        }

        // A copy may go from device to device: each side is seen by the device it belongs to.
        int owner = context.Machine?.Memory.Find(side.Address)?.Device ?? -1;
        IDeviceMemory memory = owner >= 0 ? context.Machine!.Devices[owner].Memory : context.Memory;
        return memory.Access(side.Address + at, bytes, access, Name);
    }
}
