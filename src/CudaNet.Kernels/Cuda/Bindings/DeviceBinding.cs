using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// Input and output of runs in a device's memory, which other code allocated, ordered with that code's work. Made once by <see cref="CudaBackend.Bind"/>, which
/// checks all of it; a run with it asks the driver nothing. One run at a time uses it. It owns nothing of the caller's: memory, stream and events stay valid until
/// the last run with it has ended and it is disposed of.
/// </summary>
public sealed class DeviceBinding : RunBinding, IDisposable
{
    private const int Alignment = 16;

    private readonly OwnedObjects _owned = new();
    private readonly CudaBackend _backend;
    private readonly CudaRuntime _runtime;
    private readonly CudaStream? _stream;
    private readonly CudaEvent? _inputReady, _outputReady, _streamReached, _runEnded;
    private int _isDisposed;

    /// <summary>Takes a claim on the runtime over; where this throws, it is the caller's still. The context is current.</summary>
    internal DeviceBinding(CudaBackend backend, CudaRuntime runtime, DeviceInput input, DeviceOutput output, DeviceOrder order)
    {
        (_backend, _runtime, Input, Output) = (backend, runtime, input, output);
        try
        {
            Source = Borrow(input.Address, input.Bytes, "input");
            Destination = Borrow(output.Address, output.Bytes, "output");
            if (input.Rule is { } rule)
            {
                (Normalization, Values) = (new Normalization(rule), new PixelValues(rule));
            }

            if (order.Stream is { } handle)
            {
                _stream = _owned.Add(CudaStream.FromHandle(Context, handle));
                if (_stream.IsCapturing)
                {
                    throw new ArgumentException($"the stream 0x{handle:x} captures: runs are queued into no capture of other code's", nameof(order));
                }

                (_streamReached, _runEnded) = (_owned.Add(new CudaEvent(Context)), _owned.Add(new CudaEvent(Context)));
            }

            _inputReady = BorrowEvent(order.InputReady, nameof(order.InputReady));
            _outputReady = BorrowEvent(order.OutputReady, nameof(order.OutputReady));

            if (_outputReady is not null)
            {
                RequireRecordable(_outputReady, nameof(order.OutputReady));
            }
        }
        catch
        {
            _owned.Dispose();
            throw;
        }
    }

    /// <summary>Where runs take their input from.</summary>
    public DeviceInput Input { get; }

    /// <summary>Where runs leave their output.</summary>
    public DeviceOutput Output { get; }

    /// <inheritdoc/>
    public override TensorShape InputShape => Input.Shape;

    internal CudaContext Context => _runtime.Context;

    internal DeviceSlice Source { get; }

    internal DeviceSlice Destination { get; }

    internal Normalization Normalization { get; }

    /// <summary>For an observer of images; null for other inputs.</summary>
    internal PixelValues? Values { get; }

    /// <summary>Gives the binding up. Runs with it have ended before; what they were bound to is the caller's still. Idempotent.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            using (Context.PushToRelease())
            {
                _owned.Dispose();
            }

            _backend.ReleaseRuntime(_runtime);
        }
    }

    /// <summary>Lets a lane wait for the input.</summary>
    internal void AwaitInput(CudaStream lane)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        if (_inputReady is not null)
        {
            lane.WaitFor(_inputReady);
        }

        if (_stream is not null)
        {
            _stream.Record(_streamReached!);
            lane.WaitFor(_streamReached!);
        }
    }

    /// <summary>Tells the caller's work where a lane has left the output.</summary>
    internal void AnnounceOutput(CudaStream lane)
    {
        if (_outputReady is not null)
        {
            lane.Record(_outputReady);
        }

        if (_stream is not null)
        {
            lane.Record(_runEnded!);
            _stream.WaitFor(_runEnded!);
        }
    }

    private DeviceMemory Borrow(DeviceAddress address, long bytes, string what)
    {
        try
        {
            DeviceMemory memory = _owned.Add(DeviceMemory.FromAddress(Context, address, bytes));
            return address.Value % Alignment == 0 ? memory : throw new ArgumentException($"{address}: the address is no multiple of {Alignment}");
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException($"the {what}, {bytes} bytes at {exception.Message}", what, exception);
        }
    }

    private CudaEvent? BorrowEvent(nint? handle, string name)
    {
        if (handle is not { } value)
        {
            return null;
        }

        CudaEvent borrowed = _owned.Add(CudaEvent.FromHandle(Context, value));
        try
        {
            _ = borrowed.IsComplete;
        }
        catch (CudaException exception) when (exception is not DeviceFaultedException)
        {
            throw new ArgumentException($"the event {name}, 0x{value:x}: {exception.Message}", name, exception);
        }

        return borrowed;
    }

    /// <summary>The driver says only there whether the event is of this context. The new mark stands for the old one too, which a run in flight may have set.</summary>
    private void RequireRecordable(CudaEvent mark, string name)
    {
        using (Uninterrupted.Enter(_runtime.Loading))
        {
            try
            {
                _runtime.Stream.WaitFor(mark);
                _runtime.Stream.Record(mark);
            }
            catch (CudaException exception) when (exception is not DeviceFaultedException)
            {
                throw new ArgumentException($"the event {name}, 0x{mark.NativeHandle:x}, is not this context's: {exception.Message}", name, exception);
            }
        }
    }
}
