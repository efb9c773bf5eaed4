using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Cudnn;

/// <summary>What a call of cuDNN answers, and what is to be said about it.</summary>
/// <param name="Status">In the numbers of version 9.</param>
/// <param name="Reason">The failed condition, for cudnnGetLastErrorString; empty where the library keeps silent.</param>
internal readonly record struct CudnnAnswer(cudnnStatus_t Status, string Reason = "")
{
    public static CudnnAnswer Success => new(cudnnStatus_t.CUDNN_STATUS_SUCCESS);

    /// <summary>A mistake that deserves a finding whatever the strictness; null where there is none.</summary>
    public Finding? Mistake { get; private init; }

    /// <summary>Nonsense that the real library accepts: a finding in strict mode only; null where there is none.</summary>
    public string? Nonsense { get; private init; }

    public bool IsSuccess => Status == cudnnStatus_t.CUDNN_STATUS_SUCCESS;

    public static CudnnAnswer BadParam(string reason = "") => new(cudnnStatus_t.CUDNN_STATUS_BAD_PARAM, reason);

    public static CudnnAnswer NotSupported(string reason = "") => new(cudnnStatus_t.CUDNN_STATUS_NOT_SUPPORTED, reason);

    /// <summary>The real library crashes here.</summary>
    public static CudnnAnswer Crash(string what) => BadParam(what) with { Mistake = new Finding(FindingKind.Argument, what) };

    public static CudnnAnswer Refuse(cudnnStatus_t status, FindingKind kind, string what) => new(status, what) { Mistake = new Finding(kind, what) };

    /// <summary>Success, although it cannot be meant.</summary>
    public static CudnnAnswer Accept(string nonsense) => Success with { Nonsense = nonsense };
}
