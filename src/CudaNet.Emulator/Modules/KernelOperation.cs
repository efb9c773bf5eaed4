using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;
using CudaNet.Emulator.Ptx;
using CudaNet.Emulator.Ptx.Execution;
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

    public override void Execute(OperationContext context)
    {
        var launch = new KernelLaunch(
            Function.Kernel, Dimensions(Shape.Grid), Dimensions(Shape.Block), (int)Shape.DynamicSharedBytes, Parameters, ModuleCode.Of(Function.Module).Addresses);
        InterpreterOptions options = context.Machine is { } machine
            ? InterpreterOptions.Default with { InstructionBudget = machine.Options.KernelInstructionBudget }
            : InterpreterOptions.Default;
        context.Counters = launch.Run(context.Memory, context.Random, options);
    }

    private static PtxDimensions Dimensions((uint X, uint Y, uint Z) size) => new((int)size.X, (int)size.Y, (int)size.Z);
}
