using System.Numerics;
using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Cudnn;

/// <summary>A call of cuDNN as queued work: its arguments copied, α and β too.</summary>
/// <param name="name">The call.</param>
/// <param name="type">Of the tensor it reads, or writes where it reads none.</param>
/// <param name="inDouble">Whether it computes in double precision; in single otherwise.</param>
internal abstract class TensorOperation(string name, cudnnDataType_t type, bool inDouble) : StreamOperation
{
    public sealed override string Name => name;

    public sealed override CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_KERNEL;

    public override object? Code => (name, type);

    public sealed override void Execute(OperationContext context)
    {
        if (inDouble)
        {
            Run<double>(context);
        }
        else
        {
            Run<float>(context);
        }
    }

    protected abstract void Run<T>(OperationContext context)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The bytes of an operand, each address a multiple of its element's size.</summary>
    protected Span<byte> Access(OperationContext context, TensorOperand operand, MemoryAccess access) =>
        Access(context, operand.Address, operand.Bytes, CudnnTypes.SizeOf(operand.Layout.Type), access);

    protected Span<byte> Access(OperationContext context, ulong address, ulong bytes, int alignment, MemoryAccess access)
    {
        if (address % (ulong)alignment != 0)
        {
            throw new DeviceFault(CUresult.CUDA_ERROR_MISALIGNED_ADDRESS, FindingKind.Misaligned, $"{Name}: address 0x{address:X} is no multiple of {alignment}");
        }

        return context.Memory.Access(address, bytes, access, Name);
    }

    /// <summary>The elements in logical order.</summary>
    protected ScratchArray<T> Load<T>(OperationContext context, TensorOperand operand)
        where T : unmanaged
    {
        ScratchArray<T> values = new(operand.Layout.ElementCount);
        TensorWalk.Of(operand.Layout).Load(Access(context, operand, MemoryAccess.Read), values.Span);
        return values;
    }

    /// <summary>y = α·values + β·y; y is not read where β is 0.</summary>
    protected void StoreScaled<T>(OperationContext context, TensorOperand y, Span<T> values, T alpha, T beta)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<byte> memory = Access(context, y, beta == T.Zero ? MemoryAccess.Write : MemoryAccess.ReadWrite);
        TensorWalk walk = TensorWalk.Of(y.Layout);
        if (beta == T.Zero)
        {
            foreach (ref T value in values)
            {
                value *= alpha;
            }
        }
        else
        {
            using ScratchArray<T> old = new(values.Length);
            walk.Load(memory, old.Span);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = (alpha * values[i]) + (beta * old.Array[i]);
            }
        }

        walk.Store<T>(values, memory);
    }
}
