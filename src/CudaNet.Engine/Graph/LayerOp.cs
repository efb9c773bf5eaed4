namespace CudaNet.Engine;

/// <summary>
/// What a layer means: attributes, shape rule and the parameters it needs. No weights, no device. Pure; the records compare by value.
/// The set is closed: a backend that switches over it knows every case.
/// </summary>
public abstract record LayerOp
{
    private protected LayerOp()
    {
    }

    /// <summary>How many values the layer reads.</summary>
    public virtual int InputCount => 1;

    /// <summary>The operator's name, as in <c>torch.nn</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>What a plan calls it.</summary>
    internal abstract string StepName { get; }

    /// <summary>Where in a fused step it may stand.</summary>
    internal abstract FusionPlace Place { get; }

    /// <summary>The attributes in words, for listings: <c>3×3, stride 2, 64 → 128</c>.</summary>
    public abstract string Describe();

    /// <summary>The parameters, named relative to the layer.</summary>
    public virtual IReadOnlyList<ParameterSpec> Parameters => [];

    /// <summary>The output's shape for these inputs.</summary>
    /// <exception cref="ShapeException">The inputs do not fit; the message says which extent and what was expected.</exception>
    public abstract TensorShape InferShape(ReadOnlySpan<TensorShape> inputs);

    /// <summary>Refuses attributes that contradict each other; called where a layer enters a graph and where shapes are inferred.</summary>
    /// <exception cref="ShapeException">They do.</exception>
    internal virtual void Validate()
    {
    }

    private protected void RequirePositive(int value, string what)
    {
        if (value <= 0)
        {
            throw new ShapeException($"{Kind} with {value} {what}: it must be positive");
        }
    }

    private protected TensorShape Single(ReadOnlySpan<TensorShape> inputs, int rank, int? channels = null)
    {
        if (inputs.Length != 1)
        {
            throw new ShapeException($"{Kind} takes one input, not {inputs.Length}");
        }

        TensorShape shape = inputs[0];
        if (shape.Rank != rank)
        {
            throw new ShapeException($"{Kind} takes {(rank == 4 ? "N×C×H×W" : "N×C")}, not {shape}");
        }

        if (channels is { } wanted && shape.Channels != wanted)
        {
            throw new ShapeException($"{Kind} takes {wanted} channels, not the {shape.Channels} of {shape}");
        }

        return shape;
    }

    /// <summary>How often a dilated window fits into a padded extent.</summary>
    private protected static int WindowCount(TensorShape shape, int axis, in Window window)
    {
        string Extent() => axis == 2 ? "height" : "width";
        long reach = ((long)window.Dilation * (window.Kernel - 1)) + 1;
        long room = shape[axis] + (long)window.Before + window.After - reach;
        if (room < 0)
        {
            string padding = window.Before == window.After ? $"{window.Before}" : $"{window.Before} and {window.After}";
            throw new ShapeException($"a window of {reach} does not fit into {Extent()} {shape[axis]} with padding {padding} ({shape})");
        }

        long last = window.CeilMode ? (room + window.Stride - 1) / window.Stride : room / window.Stride;

        // A window that starts in the padding after the image would see nothing.
        last -= window.CeilMode && last * window.Stride >= (long)shape[axis] + window.Before ? 1 : 0;
        return last < int.MaxValue
            ? (int)(last + 1)
            : throw new ShapeException($"padding makes {room} window positions of {Extent()} {shape[axis]}, too many to index ({shape})");
    }

    /// <summary>A window along one axis.</summary>
    /// <param name="Kernel">Positions it covers.</param>
    /// <param name="Stride">From one window to the next.</param>
    /// <param name="Before">Padding before the first element.</param>
    /// <param name="After">Padding after the last one.</param>
    /// <param name="Dilation">From one position to the next.</param>
    /// <param name="CeilMode">Whether a last window counts that does not fit whole.</param>
    private protected readonly record struct Window(int Kernel, int Stride, int Before, int After, int Dilation = 1, bool CeilMode = false);
}
