using System.Text;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>A kernel of a module. It lives as long as the module. Thread-safe.</summary>
public sealed unsafe class CudaKernel
{
    private readonly nint _function;
    private readonly int[]? _parameterBytes;

    internal CudaKernel(CudaModule module, string name)
    {
        Module = module;
        Name = name;
        Context.Enter();
        using HandleUse handle = module.Handle.Use();
        nint function;
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
        {
            Context.Check(Context.Driver.cuModuleGetFunction(&function, handle.Value, text), nameof(DriverApi.cuModuleGetFunction), $"{name} of {module.Name}");
        }

        _function = function;
        _parameterBytes = ReadParameters();
    }

    /// <summary>The module it is in.</summary>
    public CudaModule Module { get; }

    /// <summary>Its name in the PTX.</summary>
    public string Name { get; }

    /// <summary>The most threads a block of it can have, by the registers it uses.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public int MaxThreadsPerBlock => Attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK);

    /// <summary>Registers of a thread.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public int Registers => Attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS);

    /// <summary>Shared memory that it declares, in bytes a block.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public int SharedBytes => Attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES);

    private CudaContext Context => Module.Context;

    /// <summary>Queues one run; an error of the kernel comes with the next call that waits.</summary>
    /// <param name="stream">Where.</param>
    /// <param name="shape">With how many threads.</param>
    /// <param name="arguments">One for each parameter, in order. Number and sizes are compared with the kernel's, where the driver (12.4) tells them.</param>
    /// <exception cref="ArgumentException">Number or sizes are not the kernel's.</exception>
    /// <exception cref="CudaException">The shape is not possible on the device, or earlier work failed.</exception>
    public void Launch(CudaStream stream, LaunchShape shape, params ReadOnlySpan<KernelArgument> arguments)
    {
        if (_parameterBytes is not null && !Fits(arguments))
        {
            ThrowMisfit(arguments);
        }

        Context.Enter();
        using HandleUse module = Module.Handle.Use();
        using HandleUse on = stream.Handle.Use();
        ulong* values = stackalloc ulong[arguments.Length];
        void** addresses = stackalloc void*[arguments.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            values[i] = arguments[i].Bits;
            addresses[i] = values + i;
        }

        CUresult result = Context.Driver.cuLaunchKernel(
            _function,
            (uint)shape.Grid.X,
            (uint)shape.Grid.Y,
            (uint)shape.Grid.Z,
            (uint)shape.Block.X,
            (uint)shape.Block.Y,
            (uint)shape.Block.Z,
            (uint)shape.SharedBytes,
            on.Value,
            addresses,
            null);
        Context.Check(result, nameof(DriverApi.cuLaunchKernel), $"{Name} of {Module.Name}, {shape}{LaunchAdvice.For(this, stream, shape)}");
    }

    /// <summary>Loads the kernel's code now instead of at its first launch, which must not be in a capture. Nothing on drivers before 12.4.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public void Preload()
    {
        if (Context.Driver.cuFuncLoad != null)
        {
            Context.Enter();
            using HandleUse module = Module.Handle.Use();
            Context.Check(Context.Driver.cuFuncLoad(_function), nameof(DriverApi.cuFuncLoad), $"{Name} of {Module.Name}");
        }
    }

    /// <summary>Allows launches with more dynamic shared memory than the 48 KiB that every device gives.</summary>
    /// <exception cref="CudaException">It is more than <see cref="CudaDevice.MaxSharedBytesPerBlock"/> less what the kernel declares.</exception>
    public void AllowSharedBytes(int bytes)
    {
        Context.Enter();
        using HandleUse module = Module.Handle.Use();
        CUresult result = Context.Driver.cuFuncSetAttribute(_function, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes);
        Context.Check(result, nameof(DriverApi.cuFuncSetAttribute), $"{Name} of {Module.Name}, {bytes} bytes of dynamic shared memory");
    }

    /// <summary>How many blocks of this shape a multiprocessor runs at a time.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public int BlocksPerMultiprocessor(LaunchShape shape)
    {
        Context.Enter();
        using HandleUse module = Module.Handle.Use();
        int blocks;
        CUresult result = Context.Driver.cuOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, _function, (int)shape.Block.Count, (nuint)shape.SharedBytes);
        Context.Check(result, nameof(DriverApi.cuOccupancyMaxActiveBlocksPerMultiprocessor), $"{Name} of {Module.Name}, {shape}");
        return blocks;
    }

    private static string Sizes(ReadOnlySpan<int> sizes) => sizes.Length == 0 ? "none" : $"{sizes.Length} of {string.Join(", ", sizes.ToArray())} bytes";

    private int Attribute(CUfunction_attribute attribute)
    {
        Context.Enter();
        using HandleUse module = Module.Handle.Use();
        int value;
        Context.Check(Context.Driver.cuFuncGetAttribute(&value, attribute, _function), nameof(DriverApi.cuFuncGetAttribute), $"{attribute} of {Name}");
        return value;
    }

    /// <summary>The sizes of the parameters; null where the driver does not tell.</summary>
    private int[]? ReadParameters()
    {
        if (Context.Driver.cuFuncGetParamInfo == null)
        {
            return null;
        }

        List<int> sizes = [];
        while (true)
        {
            nuint offset, size;
            CUresult result = Context.Driver.cuFuncGetParamInfo(_function, (nuint)sizes.Count, &offset, &size);
            if (result == CUresult.CUDA_ERROR_INVALID_VALUE)
            {
                return [.. sizes];
            }

            Context.Check(result, nameof(DriverApi.cuFuncGetParamInfo), $"{Name} of {Module.Name}");
            sizes.Add((int)size);
        }
    }

    private bool Fits(ReadOnlySpan<KernelArgument> arguments)
    {
        bool fits = arguments.Length == _parameterBytes!.Length;
        for (int i = 0; fits && i < arguments.Length; i++)
        {
            fits = arguments[i].Bytes == _parameterBytes[i];
        }

        return fits;
    }

    private void ThrowMisfit(ReadOnlySpan<KernelArgument> arguments)
    {
        int[] given = new int[arguments.Length];
        for (int i = 0; i < given.Length; i++)
        {
            given[i] = arguments[i].Bytes;
        }

        throw new ArgumentException($"kernel {Name} of {Module.Name} has these parameters: {Sizes(_parameterBytes)}; given were {Sizes(given)}", nameof(arguments));
    }
}
