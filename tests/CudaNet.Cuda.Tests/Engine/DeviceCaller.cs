using CudaNet.Engine;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>A program that has its own memory, stream and events on the device.</summary>
internal sealed class DeviceCaller : IDisposable
{
    private readonly OwnedObjects _owned = new();
    private readonly CudaBackend _backend;
    private readonly CudaContext _context;
    private readonly DeviceMemory _input, _output;
    private readonly CudaEvent _inputReady, _outputReady;
    private readonly TensorShape _outputShape;

    /// <param name="backend">On whose device.</param>
    /// <param name="inputShape">N×C×H×W; there is room for fp32.</param>
    /// <param name="outputShape">N×classes.</param>
    /// <param name="releaseFailed">Told of what could not be freed.</param>
    public DeviceCaller(CudaBackend backend, TensorShape inputShape, TensorShape outputShape, Action<ReleaseFailure>? releaseFailed = null)
    {
        (_backend, _outputShape) = (backend, outputShape);
        try
        {
            _context = _owned.Add(new CudaContext(backend.Device));
            _context.ReleaseFailed += releaseFailed;
            Stream = _owned.Add(new CudaStream(_context));
            _input = _owned.Add(new DeviceMemory(_context, sizeof(float) * inputShape.ElementCount));
            _output = _owned.Add(new DeviceMemory(_context, sizeof(float) * outputShape.ElementCount));
            _inputReady = _owned.Add(new CudaEvent(_context));
            _outputReady = _owned.Add(new CudaEvent(_context));
        }
        catch
        {
            _owned.Dispose();
            throw;
        }
    }

    public CudaStream Stream { get; }

    public DeviceAddress InputAddress => _input.Address;

    public DeviceAddress OutputAddress => _output.Address;

    /// <summary>Order by events alone.</summary>
    public DeviceOrder Events => new() { InputReady = _inputReady.NativeHandle, OutputReady = _outputReady.NativeHandle };

    /// <summary>Order by the caller's stream.</summary>
    public DeviceOrder InStream => new() { Stream = Stream.NativeHandle };

    public DeviceBinding Bind(DeviceInput input, DeviceOrder? order = null) => _backend.Bind(input, new DeviceOutput(_output.Address, _outputShape), order);

    /// <summary>Brings an input, and marks in the caller's stream that it is there.</summary>
    public void Put<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        Stream.Upload(values, _input.Slice(0, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values).Length));
        Stream.Record(_inputReady);
    }

    /// <summary>Brings an input without waiting: it arrives whenever the device gets to it, in the caller's stream, behind what is false until then.</summary>
    public void PutLate(ReadOnlySpan<float> values)
    {
        PinnedMemory staged = _owned.Add(new PinnedMemory(_context, values.Length * sizeof(float)));
        values.CopyTo(staged.AsSpan<float>());
        DeviceSlice destination = _input.Slice(0, staged.Bytes);
        Stream.Fill((byte)0xFF, destination);
        Stream.Copy((PinnedSlice)staged, destination);
        Stream.Record(_inputReady);
    }

    /// <summary>The output, once the caller's stream has waited for the run's event, where it has one.</summary>
    /// <param name="byEvent">Whether the order is by events.</param>
    public float[] Get(bool byEvent)
    {
        if (byEvent)
        {
            Stream.WaitFor(_outputReady);
        }

        float[] values = new float[_outputShape.ElementCount];
        Stream.Download<float>(_output, values);
        return values;
    }

    public void Dispose() => _owned.Dispose();
}
