using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Cublas;

/// <summary>cublasSaxpy: y = α·x + y.</summary>
internal sealed class AxpyOperation(VectorOperand x, VectorOperand y, Scalar alpha) : BlasOperation("cublasSaxpy_v2")
{
    public override IReadOnlyList<MemoryUse> Uses => [new(x.Address, x.Bytes, MemoryAccess.Read), new(y.Address, y.Bytes, MemoryAccess.ReadWrite)];

    public override void Execute(OperationContext context)
    {
        float scale = (float)alpha.Read(context, Name);
        ReadOnlySpan<float> from = Floats.Of(Access(context, x.Address, x.Bytes, 4, MemoryAccess.Read));
        Span<float> to = Floats.Of(Access(context, y.Address, y.Bytes, 4, MemoryAccess.ReadWrite));
        for (int i = 0; i < x.Count; i++)
        {
            ref float value = ref to[y.At(i)];
            value = MathF.FusedMultiplyAdd(scale, from[x.At(i)], value);
        }
    }
}
