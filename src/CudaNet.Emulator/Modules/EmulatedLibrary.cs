using CudaNet.Emulator.Device;
using CudaNet.Emulator.Ptx;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Modules;

/// <summary>A library: code of no context, which becomes a module of each context that asks for a function. Used under the machine's gate.</summary>
internal sealed class EmulatedLibrary(PtxModule ptx)
{
    private readonly Dictionary<string, EmulatedKernel> _kernels = new(StringComparer.Ordinal);
    private readonly Dictionary<EmulatedContext, EmulatedModule> _modules = new(ReferenceEqualityComparer.Instance);

    public PtxModule Ptx { get; } = ptx;

    public nint Handle { get; set; }

    /// <summary>A kernel, the same each time; null where there is none of this name.</summary>
    public EmulatedKernel? Kernel(EmulatedMachine machine, string name)
    {
        if (!_kernels.TryGetValue(name, out EmulatedKernel? kernel) && Ptx.FindKernel(name) is not null)
        {
            kernel = new EmulatedKernel(this, name);
            kernel.Handle = machine.Handles.Add(kernel);
            _kernels.Add(name, kernel);
        }

        return kernel;
    }

    /// <summary>The function that a kernel is in a context.</summary>
    public CUresult Function(EmulatedContext context, string name, string call, out EmulatedFunction? function)
    {
        function = null;
        if (!_modules.TryGetValue(context, out EmulatedModule? module))
        {
            CUresult loaded = ModuleLoader.Load(context, Ptx, call, out EmulatedModule made);
            if (loaded != CUresult.CUDA_SUCCESS)
            {
                return loaded;
            }

            _modules.Add(context, module = made);
        }

        function = ModuleLoader.Function(module, name);
        return function is null ? CUresult.CUDA_ERROR_NOT_FOUND : CUresult.CUDA_SUCCESS;
    }

    /// <summary>cuLibraryUnload: its modules in all contexts and its kernels mean nothing any more.</summary>
    public CUresult Unload(EmulatedMachine machine)
    {
        foreach (EmulatedKernel kernel in _kernels.Values)
        {
            machine.Handles.Remove(kernel.Handle);
        }

        machine.Handles.Remove(Handle);
        CUresult result = CUresult.CUDA_SUCCESS;
        foreach (EmulatedModule module in _modules.Values.ToArray()) // unloading may wait, and others go on meanwhile
        {
            if (!module.Context.IsDestroyed)
            {
                result = module.Unload() is var unloaded and not CUresult.CUDA_SUCCESS ? unloaded : result;
            }
        }

        return result;
    }
}
