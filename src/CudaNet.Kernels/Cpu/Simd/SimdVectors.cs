using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>Vectors of one kind: where a width, known when a backend is made, becomes the kernels' generic argument.</summary>
internal abstract class SimdVectors
{
    /// <summary>Bits of a vector.</summary>
    public abstract SimdWidth Width { get; }

    /// <summary>The processor's own.</summary>
    /// <param name="width">One that <see cref="SimdSupport"/> resolved.</param>
    public static SimdVectors Of(SimdWidth width) => width switch
    {
        SimdWidth.Bits512 => new SimdVectors<Simd512>(),
        SimdWidth.Bits256 => new SimdVectors<Simd256>(),
        SimdWidth.Bits128 => new SimdVectors<Simd128>(),
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, "no SIMD width"),
    };

    /// <inheritdoc cref="CpuLayers.Load"/>
    public abstract CpuProgram Load(CpuLayers layers, ExecutionPlan plan, NativeArena arena, int threads);
}

/// <inheritdoc/>
internal sealed class SimdVectors<T> : SimdVectors
    where T : unmanaged, ISimd<T>
{
    public override SimdWidth Width => (SimdWidth)(T.Count * 8 * sizeof(float));

    public override CpuProgram Load(CpuLayers layers, ExecutionPlan plan, NativeArena arena, int threads) => new ProgramLoader<T>(layers, plan, arena, threads).Load();
}
