using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Cublas;

/// <summary>A call of cuBLAS or cublasLt as queued work.</summary>
internal abstract class BlasOperation(string name) : StreamOperation
{
    public sealed override string Name => name;

    public sealed override CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_KERNEL;

    public override object? Code => name;

    /// <summary>Bytes whose address must be a multiple of an element's size.</summary>
    protected Span<byte> Access(OperationContext context, ulong address, ulong bytes, int alignment, MemoryAccess access)
    {
        if (address % (ulong)alignment != 0)
        {
            throw new DeviceFault(CUresult.CUDA_ERROR_MISALIGNED_ADDRESS, FindingKind.Misaligned, $"{Name}: address 0x{address:X} is no multiple of {alignment}");
        }

        return context.Memory.Access(address, bytes, access, Name);
    }
}
