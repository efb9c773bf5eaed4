using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Cli.SelfTest;

/// <summary>A device with what checks need of it: a stream, the kernels, the libraries' handles, and memory that lasts as long as a check.</summary>
internal sealed class TestDevice : IDisposable
{
    private const byte Unwritten = 0xFF;
    private const int LaunchesOfAMeasurement = 20;
    private const int Measurements = 11;

    private readonly OwnedObjects _owned = new();
    private KernelSet? _kernels;
    private CudnnHandle? _cudnn;
    private CublasHandle? _cublas;
    private CublasLtHandle? _cublasLt;
    private Action? _launch;

    /// <exception cref="CudaNetException">The driver refuses.</exception>
    public TestDevice(CudaContext context)
    {
        Context = context;
        Stream = new CudaStream(context);
    }

    public CudaContext Context { get; }

    public CudaStream Stream { get; }

    public KernelSet Kernels => _kernels ??= new KernelSet(Context);

    public CudnnHandle Cudnn => _cudnn ??= new CudnnHandle(Stream);

    public CublasHandle Cublas => _cublas ??= new CublasHandle(Stream);

    public CublasLtHandle CublasLt => _cublasLt ??= new CublasLtHandle(Context);

    /// <summary>A model on the device by the engine's own backend.</summary>
    /// <exception cref="UnsupportedByDeviceException">The device does not have the precision.</exception>
    public Session Open(Model model, ArithmeticPrecision precision)
    {
        CudaDevice on = Context.Device;
        return on.ComputeCapability < precision.Needs()
            ? throw new UnsupportedByDeviceException($"{precision} needs compute capability {precision.Needs()}")
            : new Session(model, new CudaBackend(new CudaOptions { Device = on.Ordinal, Precision = precision, Libraries = on.Libraries }));
    }

    /// <summary>Disposes of it when the check has ended.</summary>
    public TOwned Own<TOwned>(TOwned owned)
        where TOwned : IDisposable => _owned.Add(owned);

    /// <summary>Values in device memory.</summary>
    public DeviceMemory Upload(ReadOnlySpan<float> values, StoragePrecision precision = StoragePrecision.Float32) => Upload(StoredValues.Encode(values, precision));

    public DeviceMemory Upload(ReadOnlySpan<byte> bytes)
    {
        DeviceMemory memory = Own(new DeviceMemory(Context, bytes.Length));
        Stream.Upload(bytes, memory);
        return memory;
    }

    /// <summary>Memory for results: each is NaN until something is written.</summary>
    public DeviceMemory Reserve(long values, StoragePrecision precision = StoragePrecision.Float32)
    {
        DeviceMemory memory = Own(new DeviceMemory(Context, values * precision.Bytes()));
        Stream.Fill(Unwritten, memory);
        return memory;
    }

    /// <summary>A workspace; no bytes are no memory.</summary>
    public DeviceMemory? Workspace(ulong bytes) => bytes == 0 ? null : Own(new DeviceMemory(Context, checked((long)bytes)));

    /// <summary>Queues work once, and keeps it to be measured.</summary>
    public void Run(Action launch)
    {
        _launch = launch;
        launch();
    }

    public float[] Read(DeviceMemory memory, StoragePrecision precision = StoragePrecision.Float32)
    {
        byte[] bytes = new byte[memory.Bytes];
        Stream.Download<byte>(memory, bytes);
        return StoredValues.Decode(bytes, precision);
    }

    /// <summary>
    /// The median time in milliseconds of what was run last, from a graph of many launches between two events, so that the host does not count. Null where
    /// nothing is there to be measured, or it cannot be captured.
    /// </summary>
    public double? Measure()
    {
        if (_launch is null)
        {
            return null;
        }

        try
        {
            using CudaGraphExec graph = Capture(_launch);
            using CudaEvent start = new(Context, timing: true), end = new(Context, timing: true);
            double[] times = new double[Measurements + 1];
            for (int i = 0; i < times.Length; i++)
            {
                Stream.Record(start);
                graph.Launch(Stream);
                Stream.Record(end);
                end.Synchronize();
                times[i] = end.ElapsedMs(start) / LaunchesOfAMeasurement;
            }

            // The first one warms up.
            Array.Sort(times, 1, Measurements);
            return times[1 + (Measurements / 2)];
        }
        catch (CudaException) when (Context.Device.Fault is null)
        {
            return null;
        }
    }

    /// <summary>How many nodes a graph has of what was run last; null where nothing is there to be captured.</summary>
    /// <exception cref="CudaException">It cannot be captured.</exception>
    public int? CountNodes()
    {
        if (_launch is null)
        {
            return null;
        }

        using StreamCapture capture = Stream.BeginCapture();
        _launch();
        using CudaGraph graph = capture.End();
        return graph.NodeCount;
    }

    /// <summary>Frees what the last check made, once nothing uses it. Never throws.</summary>
    public void Clear()
    {
        _launch = null;
        Stream.Quiesce();
        _owned.Dispose();
    }

    public void Dispose()
    {
        Clear();
        _cublasLt?.Dispose();
        _cublas?.Dispose();
        _cudnn?.Dispose();
        _kernels?.Dispose();
        Stream.Dispose();
    }

    private CudaGraphExec Capture(Action launch)
    {
        using StreamCapture capture = Stream.BeginCapture();
        for (int i = 0; i < LaunchesOfAMeasurement; i++)
        {
            launch();
        }

        using CudaGraph graph = capture.End();
        return graph.Instantiate();
    }
}
