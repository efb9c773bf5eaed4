using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Tests.Device;

/// <summary>Work that a test writes down in C#; it counts as a kernel.</summary>
internal sealed class TestOperation(string name, Action<OperationContext> execute, IReadOnlyList<MemoryUse>? uses = null, IReadOnlyList<object>? holds = null, IReadOnlyList<ulong>? pointers = null) : StreamOperation
{
    public override string Name => name;

    public override CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_KERNEL;

    public override IReadOnlyList<MemoryUse> Uses => uses ?? [];

    public override IReadOnlyList<ulong> Pointers => pointers ?? [];

    public override IReadOnlyList<object> Holds => holds ?? [];

    public override void Execute(OperationContext context) => execute(context);
}

/// <summary>Device memory as tests read and write it.</summary>
internal static class OperationContextExtensions
{
    public static ref int Int(this OperationContext context, ulong address)
        => ref MemoryMarshal.AsRef<int>(context.Memory.Access(address, 4, MemoryAccess.ReadWrite, "test"));
}
