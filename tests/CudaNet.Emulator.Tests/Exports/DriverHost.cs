using System.Text;
using CudaNet.Kernels.Cuda.Native;
using CudaNet.Tests.Support;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>A machine and its driver's functions, as a program sees them.</summary>
internal sealed unsafe class DriverHost : IDisposable
{
    public DriverHost(EmulatorOptions? options = null, bool isReady = true)
    {
        Machine = new EmulatedMachine(options);
        Api = new DriverCalls(new NativeExports(Machine.Libraries.Driver));
        if (isReady)
        {
            Ok(Api.cuInit(0));
            nint context;
            Ok(Api.cuDevicePrimaryCtxRetain(&context, 0));
            Ok(Api.cuCtxSetCurrent(context));
            Context = context;
        }
    }

    public static string Kernels { get; } = File.ReadAllText(Repository.File("tests/foreign/kernels.ptx"));

    public EmulatedMachine Machine { get; }

    public DriverCalls Api { get; }

    /// <summary>The primary context of device 0, current on the thread that made this.</summary>
    public nint Context { get; }

    public static void Ok(CUresult result) => Assert.Equal(CUDA_SUCCESS, result);

    /// <summary>The address of a function that the project's own table lacks.</summary>
    public nint Find(string name)
    {
        nint address = Machine.Libraries.Driver.Find(name);
        Assert.NotEqual(0, address);
        return address;
    }

    public ulong Allocate(nuint bytes)
    {
        ulong address;
        Ok(Api.cuMemAlloc_v2(&address, bytes));
        return address;
    }

    public float* Pinned(nuint bytes)
    {
        void* pointer;
        Ok(Api.cuMemHostAlloc(&pointer, bytes, 0));
        return (float*)pointer;
    }

    public nint Stream(uint flags = (uint)CUstream_flags.CU_STREAM_NON_BLOCKING)
    {
        nint stream;
        Ok(Api.cuStreamCreate(&stream, flags));
        return stream;
    }

    public nint Event(uint flags = 0)
    {
        nint made;
        Ok(Api.cuEventCreate(&made, flags));
        return made;
    }

    public CUresult Load(string text, out nint module)
    {
        nint loaded = 0;
        CUresult result;
        fixed (byte* bytes = Encoding.UTF8.GetBytes(text + '\0'))
        {
            result = Api.cuModuleLoadDataEx(&loaded, bytes, 0, null, null);
        }

        module = loaded;
        return result;
    }

    public nint Module()
    {
        Ok(Load(Kernels, out nint module));
        return module;
    }

    public CUresult Function(nint module, string name, out nint function)
    {
        nint found = 0;
        CUresult result;
        fixed (byte* bytes = Encoding.UTF8.GetBytes(name + '\0'))
        {
            result = Api.cuModuleGetFunction(&found, module, bytes);
        }

        function = found;
        return result;
    }

    public nint Saxpy()
    {
        Ok(Function(Module(), "saxpy", out nint function));
        return function;
    }

    public void Dispose() => Machine.Dispose();
}
