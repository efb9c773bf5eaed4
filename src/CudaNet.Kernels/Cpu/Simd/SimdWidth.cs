namespace CudaNet.Kernels.Cpu;

/// <summary>How wide the vectors of the CPU backend are. Results are the same in every bit at every width: a vector's lanes are output channels, never terms of one sum.</summary>
public enum SimdWidth
{
    /// <summary>The widest that this machine has.</summary>
    Auto = 0,

    /// <summary>Four fp32 lanes: x86 with FMA3, or Arm's Advanced SIMD.</summary>
    Bits128 = 128,

    /// <summary>Eight fp32 lanes: x86 with AVX2 and FMA3.</summary>
    Bits256 = 256,

    /// <summary>Sixteen fp32 lanes: x86 with AVX-512F.</summary>
    Bits512 = 512,
}
