using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Cublas;

/// <summary>What stands in the 64 opaque bytes of an algorithm.</summary>
/// <param name="Id">0 without a workspace, 1 with a split depth.</param>
/// <param name="Workspace">Bytes it needs.</param>
/// <param name="Alignment">Of the matrices it was chosen for, in bytes.</param>
internal readonly record struct LtAlgorithm(int Id, long Workspace, int Alignment)
{
    public const int Count = 2;

    private const ulong Mark = 0x656D756C61746564;

    /// <summary>Null: not written by the emulator.</summary>
    public static LtAlgorithm? Read(in cublasLtMatmulAlgo_t algorithm) =>
        algorithm[0] == Mark && algorithm[1] < Count ? new LtAlgorithm((int)algorithm[1], (long)algorithm[2], (int)algorithm[3]) : null;

    public void Write(ref cublasLtMatmulAlgo_t algorithm)
    {
        algorithm = default;
        (algorithm[0], algorithm[1], algorithm[2], algorithm[3]) = (Mark, (ulong)Id, (ulong)Workspace, (ulong)Alignment);
    }
}
