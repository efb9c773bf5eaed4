using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Device memory that the executables of a lane use one after the other, in the order of its stream: each gets the smallest blocks that are large enough, and new
/// ones where there are none. Graphs hold addresses, so a block stays where it is until its last user has gone. Thread-safe.
/// </summary>
internal sealed class LaneMemory(CudaContext context)
{
    private readonly Lock _lock = new();
    private readonly List<Block> _blocks = [];

    /// <summary>Of all blocks.</summary>
    public long Bytes
    {
        get
        {
            using (Uninterrupted.Enter(_lock))
            {
                return _blocks.Sum(b => b.Memory.Bytes);
            }
        }
    }

    /// <summary>Gives every buffer of an executable memory, no two of them the same. The context is current.</summary>
    /// <exception cref="CudaException">The device has not that much; nothing is lent then.</exception>
    public void Lend(DeviceArena scratch)
    {
        using (Uninterrupted.Enter(_lock))
        {
            HashSet<Block> taken = [];
            try
            {
                foreach (DeviceBuffer buffer in scratch.Buffers.OrderByDescending(b => b.Bytes))
                {
                    Block? block = _blocks.Where(b => b.Memory.Bytes >= buffer.Bytes && !taken.Contains(b)).MinBy(b => b.Memory.Bytes);
                    if (block is null)
                    {
                        _blocks.Add(block = new Block(new DeviceMemory(context, buffer.Bytes)));
                    }

                    taken.Add(block);
                    block.Users++;
                    buffer.Borrow(block.Memory);
                }
            }
            catch
            {
                Release(scratch);
                throw;
            }
        }
    }

    /// <summary>Takes back what an executable got, and frees what nobody else uses. Nothing of the executable is in flight.</summary>
    public void Return(DeviceArena scratch)
    {
        using (Uninterrupted.Enter(_lock))
        {
            Release(scratch);
        }
    }

    private void Release(DeviceArena scratch)
    {
        foreach (DeviceBuffer buffer in scratch.Buffers)
        {
            if (buffer.GiveBack() is { } memory)
            {
                Block block = _blocks.First(b => b.Memory == memory);
                if (--block.Users == 0)
                {
                    _blocks.Remove(block);
                    memory.Dispose();
                }
            }
        }
    }

    private sealed class Block(DeviceMemory memory)
    {
        public DeviceMemory Memory => memory;

        public int Users { get; set; }
    }
}
