using CudaNet.Kernels.Cpu;
using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>Every vector width on every machine: the processor's vectors where it has them, elsewhere <see cref="PairedVectors{T}"/> of narrower ones.</summary>
public static class CpuWidths
{
    /// <summary>Narrowest first.</summary>
    public static TheoryData<SimdWidth> All => [SimdWidth.Bits128, SimdWidth.Bits256, SimdWidth.Bits512];

    /// <summary>Options of that width, which a backend takes here. To change the width, begin anew: the vectors are among them.</summary>
    public static CpuOptions Options(SimdWidth width) => new() { SimdWidth = width, Vectors = SimdSupport.IsSupported(width) ? null : Paired(width) };

    /// <summary>The kernels for 32 registers with vectors of four lanes, as on Arm.</summary>
    public static CpuOptions ManyRegisters => new() { SimdWidth = SimdWidth.Bits128, Vectors = SimdSupport.IsSupported(SimdWidth.Bits128) ? new SimdVectors<ManyRegisters<Simd128>>() : null };

    /// <summary>Null where no vectors make up that width.</summary>
    private static SimdVectors? Paired(SimdWidth width) => width switch
    {
        _ when !SimdSupport.IsSupported(SimdWidth.Bits128) => null,
        SimdWidth.Bits512 when SimdSupport.IsSupported(SimdWidth.Bits256) => new SimdVectors<PairedVectors<Simd256>>(),
        SimdWidth.Bits512 => new SimdVectors<PairedVectors<PairedVectors<Simd128>>>(),
        SimdWidth.Bits256 => new SimdVectors<PairedVectors<Simd128>>(),
        _ => null,
    };
}
