using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>One launch of a kernel: immutable, run as often as it is asked for.</summary>
/// <param name="Kernel">The kernel; it is decoded the first time one of its launches runs.</param>
/// <param name="Grid">Blocks.</param>
/// <param name="Block">Threads of a block.</param>
/// <param name="DynamicSharedBytes">Shared memory of a block beyond the kernel's own.</param>
/// <param name="Parameters">The parameter block, as the kernel's parameters lie in it.</param>
/// <param name="Variables">The device addresses of the module's <c>.global</c> and <c>.const</c> variables.</param>
internal sealed record KernelLaunch(
    PtxKernel Kernel,
    PtxDimensions Grid,
    PtxDimensions Block,
    int DynamicSharedBytes,
    ReadOnlyMemory<byte> Parameters,
    IReadOnlyDictionary<PtxVariable, ulong> Variables)
{
    /// <summary>All blocks are resident at once and may wait for each other; the caller has seen to it that they fit on the device.</summary>
    public bool IsCooperative { get; init; }

    /// <summary>What the driver refuses before anything runs; null where it would launch. The result is <c>CUDA_ERROR_INVALID_VALUE</c>, or 701 for <c>.maxntid</c>.</summary>
    public DeviceFault? Refusal(LaunchLimits limits)
    {
        if (Grid.X < 1 || Grid.Y < 1 || Grid.Z < 1 || Grid.Y > limits.GridYz || Grid.Z > limits.GridYz)
        {
            return Refuse($"a grid of {Text(Grid)} blocks; each dimension is at least 1, y and z at most {limits.GridYz}");
        }

        if (Block.X < 1 || Block.Y < 1 || Block.Z < 1 || Block.X > limits.BlockXy || Block.Y > limits.BlockXy || Block.Z > limits.BlockZ
            || Block.Count > limits.BlockThreads)
        {
            return Refuse($"a block of {Text(Block)} threads; x and y are at most {limits.BlockXy}, z at most {limits.BlockZ}, all together at most {limits.BlockThreads}");
        }

        if (Kernel.MaxThreads is { } most && Block.Count > most.Count)
        {
            return Refuse($"a block of {Block.Count} threads, and .maxntid promises at most {most.Count}");
        }

        if (Kernel.RequiredThreads is { } required && Block != required)
        {
            return Refuse($"a block of {Text(Block)} threads, and .reqntid demands {Text(required)}");
        }

        if (DynamicSharedBytes < 0 || SharedBytes > limits.SharedBytes)
        {
            return Refuse($"{SharedBytes} bytes of shared memory ({Kernel.StaticSharedBytes} of them the kernel's own), and the limit is {limits.SharedBytes}");
        }

        return Parameters.Length != Kernel.ParameterBytes
            ? Refuse($"{Parameters.Length} bytes of parameters, and the kernel's signature has {Kernel.ParameterBytes}")
            : null;
    }

    /// <summary>Of the last one some lanes may not exist.</summary>
    public int WarpsPerBlock => (int)((Block.Count + 31) / 32);

    /// <summary>Static and dynamic shared memory of a block, with the padding between.</summary>
    public long SharedBytes => DynamicSharedBytes == 0 ? Kernel.StaticSharedBytes : (long)Kernel.DynamicSharedOffset + DynamicSharedBytes;

    /// <summary>Runs all blocks, one after the other in random order or by index, or those of a cooperative launch interleaved, and their warps in random turns.</summary>
    /// <param name="memory">The device's memory.</param>
    /// <param name="random">Decides the orders; the same seed gives the same run.</param>
    /// <param name="options">What is checked.</param>
    /// <returns>What was executed.</returns>
    /// <exception cref="DeviceFault">A thread did what it must not; memory keeps what was written until then.</exception>
    public KernelCounters Run(IDeviceMemory memory, Random random, InterpreterOptions options)
    {
        KernelProgram program = KernelProgram.Of(Kernel);
        if (IsCooperative)
        {
            return RunInterleaved(program, memory, random, options);
        }

        LaunchState state = new(this, program, memory, random, options);
        using Block block = new(state);
        foreach (long number in options.BlocksInOrder ? BlockOrder.ByIndex(Grid.Count) : new BlockOrder(Grid.Count, random))
        {
            block.Run(number);
        }

        return state.Counters();
    }

    private KernelCounters RunInterleaved(KernelProgram program, IDeviceMemory memory, Random random, InterpreterOptions options)
    {
        LaunchState state = new(this, program, memory, random, options) { Grid = new GridShadow(program, WarpsPerBlock, Grid.Count) };
        using ResidentBlocks blocks = new(state);
        blocks.Run();
        return state.Counters();
    }

    private static string Text(PtxDimensions size) => $"{size.X} x {size.Y} x {size.Z}";

    private DeviceFault Refuse(string message) =>
        new(CUresult.CUDA_ERROR_INVALID_VALUE, FindingKind.Launch, $"kernel '{Kernel.Name}': {message}");
}

/// <summary>What a device allows a launch.</summary>
/// <param name="SharedBytes">Shared memory of a block: 48 KiB, or what the function's attribute opted in to.</param>
internal sealed record LaunchLimits(long SharedBytes)
{
    public int BlockThreads { get; init; } = 1024;

    public int BlockXy { get; init; } = 1024;

    public int BlockZ { get; init; } = 64;

    public int GridYz { get; init; } = 65535;
}
