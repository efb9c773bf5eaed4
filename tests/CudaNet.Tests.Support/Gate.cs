using CudaNet.Engine;

namespace CudaNet.Tests.Support;

/// <summary>Stops runs before they publish a layer until <see cref="Open"/>: all of them, or the one whose input begins with a value.</summary>
public sealed class Gate(string layer, float? first = null)
{
    private readonly object _lock = new();
    private int _arrived;
    private bool _isOpen;

    /// <summary>Returns when so many runs in all have come here.</summary>
    public void AwaitArrival(int runs = 1)
    {
        lock (_lock)
        {
            Wait(() => _arrived >= runs, $"no run came to {layer}");
        }
    }

    public void Open()
    {
        lock (_lock)
        {
            _isOpen = true;
            Monitor.PulseAll(_lock);
        }
    }

    public void Pass(LayerNode node, float run)
    {
        if (node.Name != layer || (first is { } only && run != only))
        {
            return;
        }

        lock (_lock)
        {
            _arrived++;
            Monitor.PulseAll(_lock);
            Wait(() => _isOpen, $"the gate at {layer} was never opened");
        }
    }

    private void Wait(Func<bool> condition, string failure)
    {
        while (!condition())
        {
            if (!Monitor.Wait(_lock, Patience.Limit))
            {
                throw new TimeoutException(failure);
            }
        }
    }
}
