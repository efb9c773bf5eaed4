using System.Runtime.InteropServices;
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

    /// <summary>Each aligned word of the parameters: those that are no addresses of allocations mean nothing to anyone.</summary>
    public override IReadOnlyList<ulong> Pointers { get; } = [.. MemoryMarshal.Cast<byte, ulong>(parameters.AsSpan(0, parameters.Length & ~7))];

    public override IReadOnlyList<object> Holds { get; } = [function.Module];

    public override void Execute(OperationContext context) =>
        throw new DeviceFault(CUresult.CUDA_ERROR_NOT_SUPPORTED, FindingKind.Launch, $"{Name} {Shape}");
}
