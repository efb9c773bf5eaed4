using CudaNet.Engine;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli;

/// <summary>Passes from and to the GPU's memory, of which two are queued at a time where no layer is observed: the next one is there when one ends.</summary>
internal sealed class DeviceLane : PassLane
{
    private const int Ahead = 2;

    private readonly OwnedObjects _owned = new();
    private readonly CudaStream _stream;
    private readonly DeviceMemory _output;
    private readonly Slot[] _slots;
    private int _next;

    /// <param name="session">Nobody else runs on it.</param>
    /// <param name="backend">Who prepared its model.</param>
    /// <param name="input">N×C×H×W.</param>
    /// <param name="layers">What each pass brings to the host.</param>
    /// <param name="cancellation">Ends a pass.</param>
    /// <exception cref="CudaNetException">The driver refuses, or there is not the memory.</exception>
    public DeviceLane(Session session, CudaBackend backend, Tensor input, LayerSelection layers, CancellationToken cancellation)
        : base(session, layers, cancellation)
    {
        try
        {
            TensorShape to = session.OutputShape(input.Shape);
            CudaContext context = _owned.Add(new CudaContext(backend.Device));
            _stream = _owned.Add(new CudaStream(context));
            DeviceMemory from = _owned.Add(new DeviceMemory(context, input.Shape.ElementCount * sizeof(float)));
            _output = _owned.Add(new DeviceMemory(context, to.ElementCount * sizeof(float)));
            _stream.Upload(input.Values, from);
            _slots = new Slot[Ahead];
            for (int i = 0; i < Ahead; i++)
            {
                CudaEvent ended = _owned.Add(new CudaEvent(context));
                DeviceOrder order = new() { OutputReady = ended.NativeHandle };
                _slots[i] = new Slot(_owned.Add(backend.Bind(DeviceInput.Planes(from.Address, input.Shape), new DeviceOutput(_output.Address, to), order)), ended);
            }
        }
        catch
        {
            _owned.Dispose();
            throw;
        }
    }

    public override void Pass(float[]? output = null)
    {
        using InferenceRun run = Session.Start(_slots[0].Binding, Layers, Cancellation);
        TakeLayers(run);
        if (output is not null)
        {
            _stream.Download<float>(_output, output);
        }
    }

    public override void Enqueue()
    {
        if (Observed > 0)
        {
            Pass();
            return;
        }

        Slot slot = _slots[_next];
        _next = (_next + 1) % Ahead;
        slot.Ended.Synchronize();
        Session.Enqueue(slot.Binding, Cancellation);
    }

    public override void Drain() => Array.ForEach(_slots, s => s.Ended.Synchronize());

    public override void Dispose()
    {
        base.Dispose();
        _owned.Dispose();
    }

    /// <summary>A pass that may be under way, and the mark of its end.</summary>
    private sealed record Slot(DeviceBinding Binding, CudaEvent Ended);
}
