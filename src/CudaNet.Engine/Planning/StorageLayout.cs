namespace CudaNet.Engine;

/// <summary>How a backend stores activations, as far as a plan must know to count bytes. fp32 elements.</summary>
/// <param name="Name">What listings call it.</param>
/// <param name="ChannelBlock">Channels are padded to a multiple of this.</param>
/// <param name="Halo">Zero rows and columns kept on every side of an image.</param>
public sealed record StorageLayout(string Name, int ChannelBlock, int Halo)
{
    /// <summary>N×C×H×W without padding.</summary>
    public static StorageLayout Dense { get; } = new("nchw", 1, 0);

    /// <summary>[N][C/16][H + 2][W + 2][16]; a vector is [N][C/16][16].</summary>
    public static StorageLayout Blocked16 { get; } = new("nchw16c", 16, 1);

    /// <summary>Bytes of a value of this shape, padding included.</summary>
    /// <exception cref="ShapeException">Beyond 63 bits.</exception>
    public long Bytes(TensorShape shape)
    {
        try
        {
            checked
            {
                long channels = (shape.Channels + ChannelBlock - 1L) / ChannelBlock * ChannelBlock;
                long plane = shape.Rank == 4 ? (shape.Height + (2L * Halo)) * (shape.Width + (2L * Halo)) : 1;
                return shape.Batch * channels * plane * sizeof(float);
            }
        }
        catch (OverflowException)
        {
            throw new ShapeException($"a value of shape {shape} overflows the address space");
        }
    }
}
