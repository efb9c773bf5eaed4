namespace CudaNet.Engine;

/// <summary>
/// One layer's output on the host, valid until the run goes on: inside the callback, or until the next call of the run. The memory is used again by
/// the next layer: copy what must live longer.
/// </summary>
public readonly ref struct Observation
{
    /// <param name="layer">The layer.</param>
    /// <param name="shape">N×C×H×W or N×C.</param>
    /// <param name="values">Row-major fp32.</param>
    /// <param name="tag">What the caller of the run gave it to be known by.</param>
    public Observation(LayerNode layer, TensorShape shape, ReadOnlySpan<float> values, object? tag = null)
    {
        Layer = layer;
        Shape = shape;
        Values = values;
        Tag = tag;
    }

    /// <summary>The layer.</summary>
    public LayerNode Layer { get; }

    /// <summary>The layer's name.</summary>
    public string Name => Layer.Name;

    /// <summary>N×C×H×W, or N×C.</summary>
    public TensorShape Shape { get; }

    /// <summary>The layer's own output, row-major fp32: what an out-of-place evaluation of the model gives.</summary>
    public ReadOnlySpan<float> Values { get; }

    /// <summary>Which run it is of: the tag that the run was started with, or null.</summary>
    public object? Tag { get; }
}

/// <summary>
/// Gets an observed layer's output: on the thread that runs, in execution order, while the run waits. Several runs may call it at once. An exception
/// thrown here ends that run and reaches its caller unchanged; the session stays usable.
/// </summary>
public delegate void LayerObserver(in Observation observation);
