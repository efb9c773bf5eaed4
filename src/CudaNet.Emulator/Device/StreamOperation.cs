using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>
/// Work that a stream runs, or a node of a graph: immutable, and run once for each time it is queued or its graph is launched. It holds copies of
/// all arguments that the real call reads when it is called.
/// </summary>
internal abstract class StreamOperation
{
    /// <summary>The call, as messages name it: <c>cuMemsetD8Async</c>, <c>kernel 'add'</c>, <c>cudnnConvolutionForward</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The kind of node a capture makes of it.</summary>
    public abstract CUgraphNodeType NodeType { get; }

    /// <summary>The bytes it will touch, as far as that is known beforehand.</summary>
    public virtual IReadOnlyList<MemoryUse> Uses => [];

    /// <summary>What may be addresses among its arguments: memory that it may touch somewhere, where that is not known exactly.</summary>
    public virtual IReadOnlyList<ulong> Pointers => [];

    /// <summary>Modules and other objects that must live until it has run; a graph that holds it holds them.</summary>
    public virtual IReadOnlyList<object> Holds => [];

    /// <summary>What is loaded before its first run, where code is loaded lazily: equal for work of the same code; null for what the driver brings along.</summary>
    public virtual object? Code => null;

    /// <summary>Called once for each time it is queued, by the call that queues it or launches its graph.</summary>
    /// <param name="machine">Whose gate is held.</param>
    /// <param name="together">All that the same call queues, itself included.</param>
    public virtual void Queue(EmulatedMachine machine, IReadOnlyCollection<StreamOperation> together)
    {
    }

    /// <exception cref="DeviceFault">It failed; the context is faulted from then on.</exception>
    public abstract void Execute(OperationContext context);
}
