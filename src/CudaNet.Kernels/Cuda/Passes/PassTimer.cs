using System.Diagnostics;

namespace CudaNet.Kernels.Cuda;

/// <summary>Measures the passes of one executable by events in its stream, those inside a graph among them. Called in the order of its members; a pass that is given up reports nothing.</summary>
internal sealed class PassTimer : IDisposable
{
    private readonly OwnedObjects _owned = new();
    private readonly CudaEvent _begun, _sent, _computed, _received;
    private readonly CudaStream _stream;
    private readonly Action<PassTimes> _measured;
    private TimeSpan _enqueue;
    private long _since;

    /// <param name="context">Current.</param>
    /// <param name="stream">Where passes are queued.</param>
    /// <param name="measured">Told at the end of each pass, on its thread.</param>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public PassTimer(CudaContext context, CudaStream stream, Action<PassTimes> measured)
    {
        (_stream, _measured) = (stream, measured);
        try
        {
            _begun = _owned.Add(new CudaEvent(context, timing: true));
            _sent = _owned.Add(new CudaEvent(context, timing: true));
            _computed = _owned.Add(new CudaEvent(context, timing: true));
            _received = _owned.Add(new CudaEvent(context, timing: true));
        }
        catch
        {
            _owned.Dispose();
            throw;
        }
    }

    /// <summary>A pass begins: before its input's copy is queued.</summary>
    public void Begin()
    {
        _enqueue = TimeSpan.Zero;
        Resume();
        _stream.Record(_begun);
    }

    /// <summary>The input's copy is queued.</summary>
    public void Sent(bool isCapturing) => _stream.Mark(_sent, isCapturing);

    /// <summary>The last step is queued.</summary>
    public void Computed(bool isCapturing) => _stream.Mark(_computed, isCapturing);

    /// <summary>The output's copy is queued.</summary>
    public void Received() => _stream.Record(_received);

    /// <summary>The host queues again.</summary>
    public void Resume() => _since = Stopwatch.GetTimestamp();

    /// <summary>The host queues no more for now.</summary>
    public void Pause() => _enqueue += Stopwatch.GetElapsedTime(_since);

    /// <summary>The pass is over.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public void End()
    {
        _received.Synchronize();
        _measured(new PassTimes(_sent.ElapsedMs(_begun), _computed.ElapsedMs(_sent), _received.ElapsedMs(_computed), _enqueue.TotalMilliseconds));
    }

    public void Dispose() => _owned.Dispose();
}
