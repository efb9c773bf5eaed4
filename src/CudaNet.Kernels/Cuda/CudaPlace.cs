using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// A lane: a stream for passes, one for the copies of what they publish, and the libraries' handles that work in the first. One run at a time: a handle is one
/// thread's, and what executables of a lane share has one order. Captures happen inside runs, so they have the lane to themselves too.
/// </summary>
internal sealed class CudaPlace : Place
{
    private readonly OwnedObjects _owned = new();
    private readonly CudaContext _context;
    private readonly CublasHandle? _cublas;
    private object? _holder;

    /// <exception cref="CudaException">The driver or a library refuses.</exception>
    public CudaPlace(PreparedModel model, int index, CudaContext context, CudaLinear linear)
        : base(model, index)
    {
        _context = context;
        Memory = new LaneMemory(context);
        try
        {
            Stream = _owned.Add(new CudaStream(context));
            CopyStream = _owned.Add(new CudaStream(context));
            Cudnn = _owned.Add(new CudnnHandle(Stream));
            _cublas = linear == CudaLinear.Cublas ? _owned.Add(new CublasHandle(Stream)) : null;
            Published = _owned.Add(new CudaEvent(context));
            Copied = _owned.Add(new CudaEvent(context));
        }
        catch
        {
            _owned.Dispose();
            throw;
        }
    }

    public override bool IsExclusive => true;

    public override long Bytes => Memory.Bytes;

    /// <summary>What its executables use in turn.</summary>
    public LaneMemory Memory { get; }

    /// <summary>Where passes are computed.</summary>
    public CudaStream Stream { get; }

    /// <summary>Where published stages go to the host meanwhile. Empty between runs, for <see cref="Stream"/> waits for it.</summary>
    public CudaStream CopyStream { get; }

    public CudnnHandle Cudnn { get; }

    public CublasHandle Cublas => _cublas ?? throw new InvalidOperationException("the classifier is computed by kernels");

    /// <summary>Marks in <see cref="Stream"/> that a stage may be read; <see cref="CopyStream"/> waits for the last mark.</summary>
    public CudaEvent Published { get; }

    /// <summary>Marks in <see cref="CopyStream"/> that what was published is read; <see cref="Stream"/> waits for the last mark.</summary>
    public CudaEvent Copied { get; }

    /// <summary>Held while <see cref="Stream"/> captures, and by whoever uses or waits for it outside of runs: that would break the capture, or get into the graph.</summary>
    public Lock Capturing { get; } = new();

    /// <summary>A run begins.</summary>
    /// <exception cref="InvalidOperationException">Another executable has one in flight here.</exception>
    public void Take(object holder)
    {
        if (Interlocked.CompareExchange(ref _holder, holder, null) is { } other && other != holder)
        {
            throw new InvalidOperationException("another executable of this place has a run in flight: a place has one at a time");
        }
    }

    /// <summary>Whether that executable has a run in flight here.</summary>
    public bool IsHeldBy(object holder) => Volatile.Read(ref _holder) == holder;

    /// <summary>The run is over; nothing where it had not begun.</summary>
    public void Leave(object holder) => Interlocked.CompareExchange(ref _holder, null, holder);

    /// <summary>Returns when nothing is in flight in either stream.</summary>
    public void Quiesce()
    {
        Stream.Quiesce();
        CopyStream.Quiesce();
    }

    protected override void Dispose(bool disposing)
    {
        using ContextScope scope = _context.PushToRelease();
        _owned.Dispose();
        base.Dispose(disposing);
    }
}
