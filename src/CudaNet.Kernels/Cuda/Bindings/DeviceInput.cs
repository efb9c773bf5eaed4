using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>A run's input in a device's memory: where it is, its shape, and how its values lie there.</summary>
public sealed record DeviceInput
{
    private DeviceInput(DeviceAddress address, TensorShape shape, int valueBytes)
    {
        if (shape.Rank != 4)
        {
            throw new ShapeException($"an input is N×C×H×W, not {shape}");
        }

        (Address, Shape, Bytes) = (address, shape, shape.ElementCount * valueBytes);
    }

    /// <summary>Where it begins; a multiple of 16.</summary>
    public DeviceAddress Address { get; }

    /// <summary>N×C×H×W, however the values lie.</summary>
    public TensorShape Shape { get; }

    /// <summary>Its size.</summary>
    public long Bytes { get; }

    /// <summary>How bytes become values; null where they are values already.</summary>
    public Preprocessing? Rule { get; private init; }

    /// <summary>What the values are; null for bytes.</summary>
    public StoragePrecision? Precision { get; private init; }

    /// <summary>Whether a pixel's channels lie together.</summary>
    public bool IsChannelsLast { get; private init; }

    /// <summary>fp32, N×C×H×W: what a run on the host takes.</summary>
    /// <param name="address">Where it begins.</param>
    /// <param name="shape">N×C×H×W.</param>
    /// <exception cref="ShapeException">The shape has not four extents.</exception>
    public static DeviceInput Planes(DeviceAddress address, TensorShape shape) => new(address, shape, sizeof(float)) { Precision = StoragePrecision.Float32 };

    /// <summary>N×H×W×C, as other networks' layers leave it, in any precision: it is rounded to the backend's.</summary>
    /// <param name="address">Where it begins.</param>
    /// <param name="shape">N×C×H×W.</param>
    /// <param name="precision">Of the values.</param>
    /// <exception cref="ShapeException">The shape has not four extents.</exception>
    public static DeviceInput ChannelsLast(DeviceAddress address, TensorShape shape, StoragePrecision precision) =>
        new(address, shape, precision.Bytes()) { Precision = precision, IsChannelsLast = true };

    /// <summary>N×H×W×C bytes, as a decoder leaves them; the run normalises them, to the bits of the host's own preprocessing.</summary>
    /// <param name="address">Where it begins.</param>
    /// <param name="shape">N×C×H×W; 1 channel or 3.</param>
    /// <param name="rule">Whose means and standard deviations are applied: (pixel / 255 − mean) / std.</param>
    /// <exception cref="ShapeException">The shape is no batch of such images.</exception>
    /// <exception cref="CudaNetException">The rule is not <see cref="Preprocessing.IsPlain"/>.</exception>
    public static DeviceInput Images(DeviceAddress address, TensorShape shape, Preprocessing rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        RequireImages(shape, rule);
        return new DeviceInput(address, shape, 1) { Rule = rule, IsChannelsLast = true };
    }

    internal static void RequireImages(TensorShape shape, Preprocessing rule)
    {
        if (shape.Rank != 4 || shape.Channels is not (1 or 3) || rule.Mean.Count != shape.Channels || rule.Std.Count != shape.Channels)
        {
            throw new ShapeException($"images are N×1×H×W or N×3×H×W with a mean and a standard deviation a channel: the shape is {shape}, with {rule.Mean.Count} means and {rule.Std.Count} standard deviations");
        }

        if (!rule.IsPlain)
        {
            throw new CudaNetException($"images of bytes are normalised on the GPU as (pixel / 255 − mean) / std alone, and this rule has {(rule.MeanImage is null ? "another order of channels" : "a mean image")}")
            {
                Hint = "Preprocess them on the host (Preprocessor), and run the tensor.",
            };
        }
    }
}
