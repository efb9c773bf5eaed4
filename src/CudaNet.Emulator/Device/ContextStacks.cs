namespace CudaNet.Emulator.Device;

/// <summary>The contexts that are current, by thread; a thread starts with none.</summary>
internal sealed class ContextStacks : IDisposable
{
    private readonly ThreadLocal<List<EmulatedContext>> _stacks = new(() => []);

    /// <summary>This thread's; null where it has none.</summary>
    public EmulatedContext? Current => _stacks.Value is [.., var top] ? top : null;

    public void Push(EmulatedContext context) => _stacks.Value!.Add(context);

    /// <summary>Takes the top off; null where the stack is empty.</summary>
    public EmulatedContext? Pop()
    {
        EmulatedContext? top = Current;
        if (top is not null)
        {
            _stacks.Value!.RemoveAt(_stacks.Value.Count - 1);
        }

        return top;
    }

    /// <summary>Replaces the top. Null removes it, and what lies below becomes current.</summary>
    public void Set(EmulatedContext? context)
    {
        Pop();
        if (context is not null)
        {
            Push(context);
        }
    }

    public void Dispose() => _stacks.Dispose();
}
