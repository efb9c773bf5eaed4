using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>
/// The use of a workspace by one call: an operation of its own marks it, and the work behind it finds its marks again, unless other work used the
/// same bytes in between. So two streams that share a workspace are told apart under some order of execution.
/// </summary>
/// <param name="call">The call, as messages name it.</param>
/// <param name="address">Of the first byte.</param>
/// <param name="bytes">As many as the call needs; at least one mark's.</param>
internal sealed class WorkspaceClaim(string call, ulong address, ulong bytes) : StreamOperation
{
    private const int Step = 4096;
    private static long _last;

    private readonly long _mark = Interlocked.Increment(ref _last);

    public override string Name => $"{call}'s workspace";

    public override CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_KERNEL;

    public override IReadOnlyList<MemoryUse> Uses => [new(address, bytes, MemoryAccess.Write)];

    public override void Execute(OperationContext context)
    {
        Span<byte> memory = context.Memory.Access(address, bytes, MemoryAccess.Write, Name);
        for (int at = 0; at + sizeof(long) <= memory.Length; at += Step)
        {
            MemoryMarshal.Write(memory[at..], _mark);
        }
    }

    /// <summary>Called by the work that uses it.</summary>
    /// <exception cref="DeviceFault">Other work wrote there in between.</exception>
    public void Check(OperationContext context)
    {
        ReadOnlySpan<byte> memory = context.Memory.Access(address, bytes, MemoryAccess.ReadWrite, Name);
        for (int at = 0; at + sizeof(long) <= memory.Length; at += Step)
        {
            if (MemoryMarshal.Read<long>(memory[at..]) != _mark)
            {
                throw new DeviceFault(CUresult.CUDA_ERROR_LAUNCH_FAILED, FindingKind.Workspace, $"{call} on {context.Stream}: other work wrote into its workspace at 0x{address + (ulong)at:x} while it ran.");
            }
        }
    }
}
