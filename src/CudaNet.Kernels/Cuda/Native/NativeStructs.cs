using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CudaNet.Kernels.Cuda.Native;

/// <summary>16 bytes, printed in byte order.</summary>
[InlineArray(16)]
internal struct CUuuid
{
    private byte _first;
}

/// <summary>Why an update of an executable graph failed, and where.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CUgraphExecUpdateResultInfo
{
    public CUgraphExecUpdateResult result;
    public nint errorNode;
    public nint errorFromNode;
}

/// <summary>One algorithm as cuDNN ranks it: 48 bytes. Its status is in the numbering of the library.</summary>
[StructLayout(LayoutKind.Explicit, Size = 48)]
internal struct cudnnConvolutionFwdAlgoPerf_t
{
    [FieldOffset(0)]
    public cudnnConvolutionFwdAlgo_t algo;
    [FieldOffset(4)]
    public cudnnStatus_t status;
    [FieldOffset(8)]
    public float time;
    [FieldOffset(16)]
    public nuint memory;
    [FieldOffset(24)]
    public cudnnDeterminism_t determinism;
    [FieldOffset(28)]
    public cudnnMathType_t mathType;
}

/// <summary>An algorithm of cublasLt: 64 opaque bytes.</summary>
[InlineArray(8)]
internal struct cublasLtMatmulAlgo_t
{
    private ulong _first;
}

/// <summary>What cublasLt's search found: 96 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 96)]
internal struct cublasLtMatmulHeuristicResult_t
{
    [FieldOffset(0)]
    public cublasLtMatmulAlgo_t algo;
    [FieldOffset(64)]
    public nuint workspaceSize;
    [FieldOffset(72)]
    public cublasStatus_t state;
    [FieldOffset(76)]
    public float wavesCount;
}
