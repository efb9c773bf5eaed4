namespace CudaNet.Engine;

/// <summary>How a backend stores activations, as far as a plan must know to count bytes and to share buffers.</summary>
/// <param name="Name">What listings call it.</param>
/// <param name="ChannelBlock">Channels are padded to a multiple of this.</param>
/// <param name="Halo">Zero rows and columns kept on every side of an image.</param>
public sealed record StorageLayout(string Name, int ChannelBlock, int Halo)
{
    /// <summary>N×C×H×W without padding, fp32.</summary>
    public static StorageLayout Dense { get; } = new("nchw", 1, 0);

    /// <summary>[N][C/16][H + 2][W + 2][16], fp32; a vector is [N][C/16][16]. Values that are published and read by no step are not stored.</summary>
    public static StorageLayout Blocked16 { get; } = new("nchw16c", 16, 1) { StoresPublished = false };

    /// <summary>What an element is stored as.</summary>
    public StoragePrecision Precision { get; init; }

    /// <summary>
    /// True where a published value that is stored keeps its buffer to the end of the run, for a backend that copies it to the host while later steps run. Otherwise a
    /// value that is only observed lives for its own step.
    /// </summary>
    public bool KeepsPublished { get; init; }

    /// <summary>
    /// False for a backend that brings a published value to the host out of the step that computes it: it is stored where a step reads it, and nowhere else.
    /// </summary>
    public bool StoresPublished { get; init; } = true;

    /// <summary>
    /// What a value is stored as that is published and read by no other step; null for <see cref="Precision"/>. A backend whose steps go on from wider
    /// registers than they store publishes those.
    /// </summary>
    public StoragePrecision? PublishedPrecision { get; init; }

    /// <summary>The layout of values that are published and read by no other step.</summary>
    internal StorageLayout Published => PublishedPrecision is { } precision ? this with { Precision = precision } : this;

    /// <summary>That many channels and what they are padded with: the next multiple of <see cref="ChannelBlock"/>.</summary>
    public long PaddedChannels(long channels) => (channels + ChannelBlock - 1) / ChannelBlock * ChannelBlock;

    /// <summary>Bytes of a value of this shape, padding included.</summary>
    /// <exception cref="ShapeException">Beyond 63 bits.</exception>
    public long Bytes(TensorShape shape)
    {
        try
        {
            checked
            {
                long plane = shape.Rank == 4 ? (shape.Height + (2L * Halo)) * (shape.Width + (2L * Halo)) : 1;
                return shape.Batch * PaddedChannels(shape.Channels) * plane * Precision.Bytes();
            }
        }
        catch (OverflowException)
        {
            throw new ShapeException($"a value of shape {shape} overflows the address space");
        }
    }

    /// <summary>Its name, and its precision where that is not fp32.</summary>
    public override string ToString() => Precision == StoragePrecision.Float32 ? Name : $"{Name} {Precision}";
}
