namespace CudaNet.Engine;

/// <summary>
/// One layer's output on the host, valid inside the callback only: the memory is used again by the next layer. Copy what must live longer.
/// </summary>
public readonly ref struct Observation
{
    /// <param name="layer">The layer.</param>
    /// <param name="shape">N×C×H×W or N×C.</param>
    /// <param name="values">Row-major fp32.</param>
    public Observation(LayerNode layer, TensorShape shape, ReadOnlySpan<float> values)
    {
        Layer = layer;
        Shape = shape;
        Values = values;
    }

    /// <summary>The layer.</summary>
    public LayerNode Layer { get; }

    /// <summary>The layer's name.</summary>
    public string Name => Layer.Name;

    /// <summary>N×C×H×W, or N×C.</summary>
    public TensorShape Shape { get; }

    /// <summary>The layer's own output, row-major fp32: what an out-of-place evaluation of the model gives.</summary>
    public ReadOnlySpan<float> Values { get; }
}

/// <summary>
/// Gets an observed layer's output: on the thread that called <c>Run</c>, in execution order, while the run waits. An exception thrown here ends
/// that run and reaches its caller unchanged; the session stays usable.
/// </summary>
public delegate void LayerObserver(in Observation observation);
