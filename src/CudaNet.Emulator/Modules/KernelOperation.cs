using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Modules;

/// <summary>A launch of a kernel, with a copy of its parameters.</summary>
internal sealed class KernelOperation(EmulatedFunction function, LaunchShape shape, byte[] parameters) : StreamOperation
{
    public EmulatedFunction Function { get; } = function;

    public LaunchShape Shape { get; } = shape;

    public ReadOnlyMemory<byte> Parameters { get; } = parameters;

    public override string Name => $"kernel '{Function.Name}'";

    public override CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_KERNEL;

    public override IReadOnlyList<object> Holds { get; } = [function.Module];

    public override void Execute(OperationContext context) =>
        throw new DeviceFault(CUresult.CUDA_ERROR_NOT_SUPPORTED, FindingKind.Launch, $"{Name} {Shape}");
}
