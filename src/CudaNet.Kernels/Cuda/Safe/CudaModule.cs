using System.Text;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>Kernels and variables, compiled by the driver for the device. Dispose of it after the last launch has ended. Thread-safe.</summary>
public sealed unsafe class CudaModule : IDisposable
{
    private const int LogBytes = 16 * 1024;
    private static readonly ReleaseCall Unload = new(nameof(DriverApi.cuModuleUnload), static (l, h) => (int)l.Driver.cuModuleUnload(h));

    /// <summary>Compiles PTX text. Slow; the driver keeps the result on disk for the next time. Not while this thread captures.</summary>
    /// <param name="context">Where it shall run.</param>
    /// <param name="ptx">The text.</param>
    /// <param name="name">What messages call it, such as the file's name.</param>
    /// <exception cref="CudaException">The driver refuses the text; <see cref="CudaException.Log"/> is what its compiler wrote.</exception>
    public CudaModule(CudaContext context, string ptx, string name)
    {
        ArgumentNullException.ThrowIfNull(ptx);
        context.Enter();
        byte[] text = new byte[Encoding.UTF8.GetByteCount(ptx) + 1];
        Encoding.UTF8.GetBytes(ptx, text);
        byte[] log = new byte[LogBytes];
        nint module;
        CUresult result;
        fixed (byte* image = text, errors = log)
        {
            // The size's slot holds the value itself, and is overwritten with the bytes used.
            CUjit_option* options = stackalloc CUjit_option[] { CUjit_option.CU_JIT_ERROR_LOG_BUFFER, CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES };
            void** values = stackalloc void*[] { errors, (void*)(LogBytes - 1) };
            result = context.Driver.cuModuleLoadDataEx(&module, image, 2, options, values);
        }

        if (result != CUresult.CUDA_SUCCESS)
        {
            int end = Array.IndexOf(log, (byte)0);
            context.Fail((int)result, nameof(DriverApi.cuModuleLoadDataEx), $"{name}{TargetOf(context.Device)}", Encoding.UTF8.GetString(log, 0, end));
        }

        Context = context;
        Name = name;
        Handle = new CudaHandle(context, Unload, module);
    }

    /// <summary>The context it was loaded in.</summary>
    public CudaContext Context { get; }

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    internal CudaHandle Handle { get; }

    /// <summary>Finds a kernel by its name in the PTX.</summary>
    /// <exception cref="CudaException">There is none of this name; kernels of C++ need <c>extern "C"</c>.</exception>
    public CudaKernel GetKernel(string name) => new(this, name);

    /// <summary>The address and size of a variable of the module, by its name in the PTX.</summary>
    /// <exception cref="CudaException">There is none of this name.</exception>
    public (DeviceAddress Address, long Bytes) GetGlobal(string name)
    {
        Context.Enter();
        using HandleUse module = Handle.Use();
        ulong address;
        nuint bytes;
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
        {
            Context.Check(Context.Driver.cuModuleGetGlobal_v2(&address, &bytes, module.Value, text), nameof(DriverApi.cuModuleGetGlobal_v2), $"{name} of {Name}");
        }

        return (new DeviceAddress(address), (long)bytes);
    }

    /// <summary>Unloads the module. Never throws: a failure is told by <see cref="CudaContext.ReleaseFailed"/>.</summary>
    public void Dispose() => Handle.Dispose();

    /// <summary>For the message about a refusal, which must not become one about this question.</summary>
    private static string TargetOf(CudaDevice device)
    {
        try
        {
            return $", for compute capability {device.ComputeCapability}";
        }
        catch (CudaException)
        {
            return "";
        }
    }
}
