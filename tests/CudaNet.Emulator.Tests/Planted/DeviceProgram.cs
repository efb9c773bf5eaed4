using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>
/// A program on an emulated machine of its own, with the context of device 0 current. Its methods are the driver's calls, each of which must
/// succeed; calls that should not are made on <see cref="Driver"/>.
/// </summary>
internal sealed unsafe class DeviceProgram : IDisposable
{
    public const uint NonBlocking = (uint)CUstream_flags.CU_STREAM_NON_BLOCKING;

    private const int LogBytes = 1024;

    private readonly Dictionary<string, nint> _modules = [];

    public DeviceProgram(int seed = 1, EmulatorOptions? options = null)
    {
        Machine = new EmulatedMachine((options ?? new EmulatorOptions()) with { Seed = seed });
        Driver = new DriverApi(new NativeExports(Machine.Libraries.Driver));
        Ok(Driver.cuInit(0));
        nint context;
        Ok(Driver.cuDevicePrimaryCtxRetain(&context, 0));
        Context = context;
        MakeCurrent();
    }

    public EmulatedMachine Machine { get; }

    public DriverApi Driver { get; }

    public nint Context { get; }

    public FindingLog Findings => Machine.Findings;

    public void Dispose() => Machine.Dispose();

    /// <summary>The program goes on: the call succeeded, and nothing was found so far.</summary>
    public void Ok(CUresult result)
    {
        Assert.True(result == CUresult.CUDA_SUCCESS, $"{result}; findings: {string.Join("; ", Findings)}");
    }

    /// <summary>Nothing was found.</summary>
    public void IsClean() => Assert.Empty(Findings);

    /// <summary>The only findings are of this kind, and the first one's message holds all of this.</summary>
    public void Found(FindingKind kind, params ReadOnlySpan<string> facts)
    {
        Assert.NotEmpty(Findings);
        Assert.All(Findings, finding => Assert.True(finding.Kind == kind, finding.ToString()));
        foreach (string fact in facts)
        {
            Assert.True(Findings[0].Message.Contains(fact, StringComparison.Ordinal), $"no '{fact}' in: {Findings[0]}");
        }
    }

    /// <summary>Makes the program's context current on the thread that calls.</summary>
    public void MakeCurrent() => Ok(Driver.cuCtxSetCurrent(Context));

    public ulong Allocate(int floats)
    {
        ulong address;
        Ok(Driver.cuMemAlloc_v2(&address, Bytes(floats)));
        return address;
    }

    public ulong Upload(params ReadOnlySpan<float> values)
    {
        ulong address = Allocate(values.Length);
        fixed (float* source = values)
        {
            Ok(Driver.cuMemcpyHtoD_v2(address, source, Bytes(values.Length)));
        }

        return address;
    }

    public float[] Download(ulong address, int floats)
    {
        float[] values = new float[floats];
        fixed (float* destination = values)
        {
            Ok(Driver.cuMemcpyDtoH_v2(destination, address, Bytes(floats)));
        }

        return values;
    }

    public void Free(ulong address) => Ok(Driver.cuMemFree_v2(address));

    /// <summary>Pinned memory that holds these values.</summary>
    public float* Pin(params ReadOnlySpan<float> values)
    {
        void* memory;
        Ok(Driver.cuMemHostAlloc(&memory, Bytes(values.Length), 0));
        values.CopyTo(new Span<float>(memory, values.Length));
        return (float*)memory;
    }

    public nint Stream(uint flags = NonBlocking)
    {
        nint stream;
        Ok(Driver.cuStreamCreate(&stream, flags));
        return stream;
    }

    public nint Event(CUevent_flags flags = CUevent_flags.CU_EVENT_DISABLE_TIMING)
    {
        nint made;
        Ok(Driver.cuEventCreate(&made, (uint)flags));
        return made;
    }

    public void Record(nint recorded, nint stream) => Ok(Driver.cuEventRecord(recorded, stream));

    public void Wait(nint stream, nint recorded) => Ok(Driver.cuStreamWaitEvent(stream, recorded, 0));

    /// <summary>What one stream has been given so far goes before what the other is given from now on.</summary>
    public void Order(nint before, nint after)
    {
        nint recorded = Event();
        Record(recorded, before);
        Wait(after, recorded);
        Ok(Driver.cuEventDestroy_v2(recorded));
    }

    public void Synchronise(nint stream) => Ok(Driver.cuStreamSynchronize(stream));

    public void ToDevice(ulong destination, float* source, int floats, nint stream) =>
        Ok(Driver.cuMemcpyHtoDAsync_v2(destination, source, Bytes(floats), stream));

    public void ToHost(float* destination, ulong source, int floats, nint stream) =>
        Ok(Driver.cuMemcpyDtoHAsync_v2(destination, source, Bytes(floats), stream));

    public void Fill(ulong destination, float value, int floats, nint stream) =>
        Ok(Driver.cuMemsetD32Async(destination, BitConverter.SingleToUInt32Bits(value), (nuint)floats, stream));

    /// <summary>A kernel of a planted module, which is loaded once.</summary>
    public nint Kernel(string module, string name) => Function(Module(module), name);

    public nint Function(nint module, string name)
    {
        nint kernel;
        fixed (byte* text = Native(name))
        {
            Ok(Driver.cuModuleGetFunction(&kernel, module, text));
        }

        return kernel;
    }

    public nint Module(string name)
    {
        if (!_modules.TryGetValue(name, out nint module))
        {
            module = Load(PlantedFiles.Text($"{name}.ptx"));
            _modules.Add(name, module);
        }

        return module;
    }

    /// <summary>Loads PTX as a module of its own.</summary>
    public nint Load(string ptx)
    {
        nint module;
        byte* log = stackalloc byte[LogBytes];
        CUjit_option* options = stackalloc CUjit_option[] { CUjit_option.CU_JIT_ERROR_LOG_BUFFER, CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES };
        void** values = stackalloc void*[] { log, (void*)LogBytes };
        fixed (byte* image = Native(ptx))
        {
            CUresult result = Driver.cuModuleLoadDataEx(&module, image, 2, options, values);
            Assert.True(result == CUresult.CUDA_SUCCESS, $"{result}: {Marshal.PtrToStringUTF8((nint)log)}");
        }

        return module;
    }

    public void Launch(nint kernel, int blocks, int threads, nint stream, params ReadOnlySpan<ulong> parameters) =>
        Ok(TryLaunch(kernel, blocks, threads, 0, stream, parameters));

    /// <summary>cuLaunchKernel. Each parameter is the first of its eight bytes, as many as the kernel takes.</summary>
    public CUresult TryLaunch(nint kernel, int blocks, int threads, int sharedBytes, nint stream, params ReadOnlySpan<ulong> parameters)
    {
        fixed (ulong* values = parameters)
        {
            void** pointers = stackalloc void*[parameters.Length + 1];
            for (int i = 0; i < parameters.Length; i++)
            {
                pointers[i] = values + i;
            }

            return Driver.cuLaunchKernel(kernel, (uint)blocks, 1, 1, (uint)threads, 1, 1, (uint)sharedBytes, stream, pointers, null);
        }
    }

    public void BeginCapture(nint stream) => Ok(Driver.cuStreamBeginCapture_v2(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));

    public nint EndCapture(nint stream)
    {
        nint graph;
        Ok(Driver.cuStreamEndCapture(stream, &graph));
        return graph;
    }

    /// <summary>Makes the graph executable, and drops the graph itself.</summary>
    public nint Instantiate(nint graph)
    {
        nint executable;
        Ok(Driver.cuGraphInstantiateWithFlags(&executable, graph, 0));
        Ok(Driver.cuGraphDestroy(graph));
        return executable;
    }

    /// <summary>A float as a parameter of a launch.</summary>
    public static ulong Parameter(float value) => BitConverter.SingleToUInt32Bits(value);

    public static nuint Bytes(int floats) => (nuint)floats * sizeof(float);

    private static byte[] Native(string text) => Encoding.UTF8.GetBytes(text + "\0");
}
