using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Cublas;

/// <summary>A vector on the device; with a negative step its first element is the last in memory.</summary>
internal readonly record struct VectorOperand(ulong Address, int Count, int Step)
{
    /// <summary>From the first element in memory to the last; more than any memory has where the number does not fit.</summary>
    public ulong Bytes => (ulong)Int128.Min((((Int128)(Count - 1) * Math.Abs((long)Step)) + 1) * sizeof(float), long.MaxValue);

    /// <summary>Where element <paramref name="i"/> lies, in elements from the address.</summary>
    public int At(int i) => (Step > 0 ? i : i - (Count - 1)) * Step;
}

/// <summary>cublasSgemv: y = α·op(A)·x + β·y.</summary>
internal sealed class GemvOperation(MatrixOperand a, VectorOperand x, VectorOperand y, Scalar alpha, Scalar beta) : BlasOperation("cublasSgemv_v2")
{
    public override IReadOnlyList<MemoryUse> Uses =>
    [
        a.Use(MemoryAccess.Read, 1), new(x.Address, x.Bytes, MemoryAccess.Read), new(y.Address, y.Bytes, MemoryAccess.ReadWrite),
    ];

    public override void Execute(OperationContext context)
    {
        float scale = (float)alpha.Read(context, Name);
        float keep = (float)beta.Read(context, Name);
        Span<float> result = Floats.Of(Access(context, y.Address, y.Bytes, 4, keep == 0 ? MemoryAccess.Write : MemoryAccess.ReadWrite));
        Span<float> vector = scale == 0 ? default : Floats.Of(Access(context, x.Address, x.Bytes, 4, MemoryAccess.Read));
        Span<float> matrix = scale == 0 ? default : Floats.Of(Access(context, a.Address, a.Bytes, 4, MemoryAccess.Read));
        for (int i = 0; i < a.Rows; i++)
        {
            float sum = 0;
            for (int first = 0; scale != 0 && first < a.Columns; first += Accumulation.Standard.Chunk)
            {
                float part = 0;
                for (int j = first; j < Math.Min(first + Accumulation.Standard.Chunk, a.Columns); j++)
                {
                    part = MathF.FusedMultiplyAdd(matrix[(int)((i * a.RowStride) + (j * a.ColumnStride))], vector[x.At(j)], part);
                }

                sum += part;
            }

            ref float value = ref result[y.At(i)];
            value = keep == 0 ? scale * sum : (scale * sum) + (keep * value);
        }
    }
}
