using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>A loaded module: its code and the memory of its variables. Used under the machine's gate.</summary>
/// <param name="context">The one context its functions run in.</param>
/// <param name="code">The parsed module.</param>
/// <param name="name">As messages call it.</param>
internal sealed class EmulatedModule(EmulatedContext context, object code, string name) : IReleasable
{
    private readonly Dictionary<string, MemoryRange> _variables = [];
    private readonly Dictionary<string, EmulatedFunction> _functions = [];

    public EmulatedContext Context { get; } = context;

    public object Code { get; } = code;

    public string Name { get; } = name;

    public nint Handle { get; set; }

    public bool IsReleased { get; private set; }

    /// <summary>Where its variables lie, by name.</summary>
    public IReadOnlyDictionary<string, MemoryRange> Variables => _variables;

    /// <summary>Gives a variable its memory.</summary>
    /// <returns>Null: the device has none left.</returns>
    public MemoryRange? AddVariable(string variable, ulong bytes)
    {
        MemoryRange? range = Context.Machine.Memory.Allocate(Context, bytes, $"variable '{variable}' of {Name}", MemoryKind.ModuleVariable);
        if (range is not null)
        {
            _variables.Add(variable, range);
        }

        return range;
    }

    /// <summary>The function of a kernel; the same one each time it is asked for.</summary>
    /// <param name="kernel">Its name.</param>
    /// <param name="code">The decoded kernel.</param>
    public EmulatedFunction Function(string kernel, object code)
    {
        if (!_functions.TryGetValue(kernel, out EmulatedFunction? function))
        {
            function = new EmulatedFunction(this, kernel, code);
            function.Handle = Context.Machine.Handles.Add(function);
            _functions.Add(kernel, function);
        }

        return function;
    }

    /// <summary>cuModuleUnload: its functions mean nothing any more. While queued work needs it, <see cref="EmulatorOptions.FreesInUse"/> decides.</summary>
    public CUresult Unload()
    {
        if (Context.Fault is null && QueuedUse.Settle(Context, "cuModuleUnload", Name, User) is not CUresult.CUDA_SUCCESS and var refused)
        {
            return refused;
        }

        // While it waited, another thread may have done the same.
        if (IsReleased || Context.IsDestroyed)
        {
            return Context.IsDestroyed ? CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED : CUresult.CUDA_ERROR_INVALID_HANDLE;
        }

        Release();
        Context.Disown(Handle, this);
        return Context.Status;
    }

    /// <summary>Gives back what it holds, as unloading does, or a load that failed half-way.</summary>
    public void Release()
    {
        IsReleased = true;
        foreach (MemoryRange range in _variables.Values)
        {
            Context.Machine.Memory.Release(range);
        }

        foreach (EmulatedFunction function in _functions.Values)
        {
            Context.Machine.Handles.Remove(function.Handle);
        }
    }

    private WorkItem? User() => Context.Machine.Scheduler.HolderOf(this);
}
