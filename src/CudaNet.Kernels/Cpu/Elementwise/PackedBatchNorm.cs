using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>Batch norm's <see cref="ScaleAndShift"/>, padded to blocks of 16.</summary>
internal sealed unsafe class PackedBatchNorm
{
    /// <param name="op">The layer.</param>
    /// <param name="parameters">Null where only the size is wanted.</param>
    /// <param name="arena">Owns what is packed.</param>
    public PackedBatchNorm(BatchNorm2d op, LayerParameters? parameters, NativeArena arena)
    {
        ScaleAndShift? constants = parameters is null ? null : new ScaleAndShift(op, parameters);
        Scale = PaddedConstants.Pack(op.Channels, constants?.Scale, arena);
        Shift = PaddedConstants.Pack(op.Channels, constants?.Shift, arena);
    }

    public float* Scale { get; }

    public float* Shift { get; }
}
