namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>The blocks of a cooperative launch: all are there at once, and run interleaved in random turns. A block takes memory from its first turn to its end.</summary>
internal sealed class ResidentBlocks(LaunchState launch) : IDisposable
{
    /// <summary>What the blocks of a launch may take of the host's memory.</summary>
    private const long MostBytes = 8L << 30;

    private readonly List<Block> _running = [];
    private readonly Stack<Block> _idle = new();

    /// <exception cref="Device.DeviceFault">A thread did what it must not, or the blocks are too many to be held at once.</exception>
    public void Run()
    {
        long bytes = launch.Launch.Grid.Count * Block.BytesOf(launch);
        if (bytes > MostBytes)
        {
            throw Faults.TooLarge(launch.Launch, bytes, MostBytes);
        }

        using IEnumerator<long> order = new BlockOrder(launch.Launch.Grid.Count, launch.Random).GetEnumerator();
        long left = launch.Launch.Grid.Count;
        launch.Waits.Restart();
        while (_running.Count + left > 0)
        {
            if (launch.IsLookDue)
            {
                Look(left);
            }

            long pick = launch.Random.NextInt64(_running.Count + left);
            if (pick >= _running.Count)
            {
                order.MoveNext();
                left--;
                pick = _running.Count;
                _running.Add(_idle.TryPop(out Block? used) ? used : new Block(launch));
                _running[^1].Start(order.Current);
            }

            Block block = _running[(int)pick];
            if (!block.Turn())
            {
                _running[(int)pick] = _running[^1];
                _running.RemoveAt(_running.Count - 1);
                _idle.Push(block);
            }
        }
    }

    private void Look(long left)
    {
        if (left > 0)
        {
            launch.Waits.Postpone();
        }
        else
        {
            launch.Waits.Look([.. _running.SelectMany(block => block.Runnable)]);
        }
    }

    public void Dispose()
    {
        foreach (Block block in _running.Concat(_idle))
        {
            block.Dispose();
        }
    }
}
