using System.Buffers.Binary;
using CudaNet.Emulator.Device;
using CudaNet.Emulator.Ptx;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Modules;

/// <summary>Puts compiled modules into contexts: each variable becomes an allocation of its own, with the bytes it starts with.</summary>
internal static unsafe class ModuleLoader
{
    /// <summary>Loads a module.</summary>
    /// <param name="context">Where.</param>
    /// <param name="ptx">The compiled module.</param>
    /// <param name="call">The call that loads it.</param>
    /// <param name="module">Meaningful on success only.</param>
    public static CUresult Load(EmulatedContext context, PtxModule ptx, string call, out EmulatedModule module)
    {
        var code = new ModuleCode(ptx);
        module = new EmulatedModule(context, code, NameOf(ptx));
        foreach (PtxVariable variable in Variables(ptx))
        {
            if (module.AddVariable(variable.Name, (ulong)variable.Size) is not { } range)
            {
                module.Release();
                return CUresult.CUDA_ERROR_OUT_OF_MEMORY;
            }

            code.Addresses.Add(variable, range.Start);
        }

        foreach (PtxVariable variable in Variables(ptx))
        {
            Initialise(variable, module.Variables[variable.Name], code.Addresses);
        }

        module.Handle = context.Own(module, LeakKind.Module, call);
        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>The function of a kernel; null where the module has none of this name.</summary>
    public static EmulatedFunction? Function(EmulatedModule module, string name) =>
        ModuleCode.Of(module).Ptx.FindKernel(name) is { } kernel ? module.Function(name, kernel) : null;

    private static IEnumerable<PtxVariable> Variables(PtxModule ptx) =>
        ptx.Variables.Where(v => v.Space is PtxStateSpace.Global or PtxStateSpace.Const && v.Size > 0);

    private static string NameOf(PtxModule ptx) => ptx.Kernels switch
    {
        [] => "a module without kernels",
        [var only] => $"the module of '{only.Name}'",
        [var first, ..] => $"the module of '{first.Name}' and others",
    };

    private static void Initialise(PtxVariable variable, MemoryRange range, Dictionary<PtxVariable, ulong> addresses)
    {
        Span<byte> bytes = new(range.Host, checked((int)range.Bytes));
        bytes.Clear();
        variable.InitialBytes.Span.CopyTo(bytes);
        foreach (PtxRelocation relocation in variable.Relocations)
        {
            ulong address = relocation.Variable is { } target && addresses.TryGetValue(target, out ulong start) ? start + (ulong)relocation.Addend : 0;
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
