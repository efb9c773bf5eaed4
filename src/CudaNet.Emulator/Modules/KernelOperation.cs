using CudaNet.Emulator.Device;
using CudaNet.Emulator.Ptx;
using CudaNet.Emulator.Ptx.Execution;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Modules;

/// <summary>A launch of a kernel, with a copy of its parameters.</summary>
internal sealed class KernelOperation(EmulatedFunction function, EmulatedLaunchShape shape, byte[] parameters) : StreamOperation
{
    private readonly KernelLaunch _launch = new(
        function.Kernel, Dimensions(shape.Grid), Dimensions(shape.Block), (int)shape.DynamicSharedBytes, parameters, ModuleCode.Of(function.Module).Addresses)
    {
        IsCooperative = shape.IsCooperative,
    };

    public EmulatedFunction Function { get; } = function;

    public EmulatedLaunchShape Shape { get; } = shape;

    public override string Name { get; } = $"kernel '{function.Name}'";

    public override CUgraphNodeType NodeType => CUgraphNodeType.CU_GRAPH_NODE_TYPE_KERNEL;

    /// <summary>All of its parameters' aligned words of eight bytes.</summary>
    public override IReadOnlyList<ulong> Pointers { get; } = WordsOf(function.Kernel, parameters);

    public override IReadOnlyList<object> Holds { get; } = [function.Module];

    public override object? Code => Function;

    public override void Execute(OperationContext context) =>
        context.Counters = _launch.Run(context.Memory, context.Random, Options(context.Machine));

    private static InterpreterOptions Options(EmulatedMachine? machine) => machine is null
        ? InterpreterOptions.Default
        : InterpreterOptions.Default with
        {
            InstructionBudget = machine.Options.KernelInstructionBudget,
            BlocksInOrder = machine.Options.BlocksInOrder,
            CheckRaces = machine.Options.Races != RaceChecks.Off,
            ReportRace = machine.Options.Races == RaceChecks.Report ? machine.Findings.Add : null,
        };

    private static ulong[] WordsOf(PtxKernel kernel, byte[] block) =>
    [
        .. from parameter in kernel.Parameters
           from word in Enumerable.Range(0, (int)parameter.Size / sizeof(ulong))
           select BitConverter.ToUInt64(block, (int)parameter.Offset + (word * sizeof(ulong))),
    ];

    private static PtxDimensions Dimensions((uint X, uint Y, uint Z) size) => new((int)size.X, (int)size.Y, (int)size.Z);
}
