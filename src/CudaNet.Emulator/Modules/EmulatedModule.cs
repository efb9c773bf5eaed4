using System.Buffers.Binary;
using CudaNet.Emulator.Device;
using CudaNet.Emulator.Ptx;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Modules;

/// <summary>A module in a context: its variables in device memory, each an allocation of its own, and its functions. Used under the machine's gate.</summary>
internal sealed class EmulatedModule : IReleasable
{
    private readonly Dictionary<PtxVariable, MemoryRange> _variables = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, EmulatedFunction> _functions = new(StringComparer.Ordinal);

    private EmulatedModule(EmulatedContext context, PtxModule ptx)
    {
        Context = context;
        Ptx = ptx;
    }

    public EmulatedContext Context { get; }

    public PtxModule Ptx { get; }

    public nint Handle { get; private set; }

    /// <summary>As messages name it.</summary>
    public string Name => $"module '{Ptx.Name}' (0x{Handle:x})";

    /// <summary>It was unloaded.</summary>
    public bool IsReleased { get; private set; }

    /// <summary>The device addresses of its variables.</summary>
    public IReadOnlyDictionary<PtxVariable, ulong> Addresses { get; private set; } = new Dictionary<PtxVariable, ulong>();

    /// <summary>Puts a compiled module into a context.</summary>
    /// <param name="context">Where.</param>
    /// <param name="ptx">The module.</param>
    /// <param name="call">The call that loads it.</param>
    /// <param name="module">Meaningful on success only.</param>
    public static CUresult Load(EmulatedContext context, PtxModule ptx, string call, out EmulatedModule module)
    {
        module = new EmulatedModule(context, ptx);
        foreach (PtxVariable variable in ptx.Variables)
        {
            if (variable.Space is PtxStateSpace.Global or PtxStateSpace.Const && variable.Size > 0 && !module.Allocate(variable))
            {
                module.Release();
                return CUresult.CUDA_ERROR_OUT_OF_MEMORY;
            }
        }

        module.Addresses = module._variables.ToDictionary(v => v.Key, v => v.Value.Start);
        module.Initialise();
        module.Handle = context.Own(module, LeakKind.Module, call);
        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>The function of a kernel, the same each time; null where there is no such kernel.</summary>
    public EmulatedFunction? Function(string name)
    {
        if (!_functions.TryGetValue(name, out EmulatedFunction? function) && Ptx.FindKernel(name) is { } kernel)
        {
            function = new EmulatedFunction(this, kernel) { Handle = 0 };
            function.Handle = Context.Machine.Handles.Add(function);
            _functions.Add(name, function);
        }

        return function;
    }

    /// <summary>The memory of a variable; null where there is none of this name that other modules and the host may see.</summary>
    public MemoryRange? Variable(string name) =>
        Ptx.FindVariable(name) is { } variable ? _variables.GetValueOrDefault(variable) : null;

    /// <summary>cuModuleUnload: its functions and variables are gone, whatever still uses them.</summary>
    public void Unload()
    {
        IsReleased = true;
        foreach (EmulatedFunction function in _functions.Values)
        {
            Context.Machine.Handles.Remove(function.Handle);
        }

        Release();
        Context.Disown(Handle, this);
    }

    private bool Allocate(PtxVariable variable)
    {
        MemoryRange? range = Context.Machine.Memory.Allocate(
            Context, (ulong)variable.Size, $"variable '{variable.Name}' of {Ptx.Name}", MemoryKind.ModuleVariable);
        if (range is not null)
        {
            _variables.Add(variable, range);
        }

        return range is not null;
    }

    private void Release()
    {
        foreach (MemoryRange range in _variables.Values.Where(r => !r.IsFreed))
        {
            Context.Machine.Memory.Release(range);
        }
    }

    private unsafe void Initialise()
    {
        foreach ((PtxVariable variable, MemoryRange range) in _variables)
        {
            Span<byte> bytes = new(range.Host, checked((int)range.Bytes));
            bytes.Clear();
            variable.InitialBytes.Span.CopyTo(bytes);
            foreach (PtxRelocation relocation in variable.Relocations)
            {
                ulong address = relocation.Variable is { } target && Addresses.TryGetValue(target, out ulong start) ? start + (ulong)relocation.Addend : 0;
                Span<byte> place = bytes.Slice((int)relocation.Offset, relocation.Size);
                if (relocation.Size == sizeof(ulong))
                {
                    BinaryPrimitives.WriteUInt64LittleEndian(place, address);
                }
                else
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(place, (uint)address);
                }
            }
        }
    }
}
