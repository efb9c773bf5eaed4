using CudaNet.Emulator.Cublas;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cublasStatus_t;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class CublasLtExports
{
    private const int DefaultAlignment = 16;

    public static cublasStatus_t cublasLtMatmulAlgoGetHeuristic(
        nint lightHandle, nint operationDesc, nint aDesc, nint bDesc, nint cDesc, nint dDesc, nint preference, int requestedAlgoCount,
        cublasLtMatmulHeuristicResult_t* heuristicResultsArray, int* returnAlgoCount)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasLtMatmulAlgoGetHeuristic));
        if (call.Find(lightHandle, out EmulatedCublasLtHandle cublas) is { } refused)
        {
            return refused;
        }

        if (call.FindObject(preference, out LtPreference wanted) is { } missing)
        {
            return missing;
        }

        if (requestedAlgoCount < 1 || heuristicResultsArray == null || returnAlgoCount == null)
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        *returnAlgoCount = 0;
        if (Problem(call, cublas, operationDesc, aDesc, bDesc, cDesc, dDesc, out LtProblem? problem) is { } unfit)
        {
            return unfit;
        }

        int alignment = Enumerable.Range(0, 4).Min(wanted.MinAlignment);
        long room = cublas.Context.Device.Profile.NoWorkspace ? 0 : wanted.MaxWorkspaceBytes;
        List<LtAlgorithm> found = [new LtAlgorithm(0, 0, alignment)];
        if (problem!.SplitWorkspace <= room)
        {
            found.Insert(0, new LtAlgorithm(1, problem.SplitWorkspace, alignment));
        }

        foreach (LtAlgorithm algorithm in found.Take(requestedAlgoCount))
        {
            ref cublasLtMatmulHeuristicResult_t result = ref heuristicResultsArray[(*returnAlgoCount)++];
            result = default;
            algorithm.Write(ref result.algo);
            (result.workspaceSize, result.state, result.wavesCount) = ((nuint)algorithm.Workspace, CUBLAS_STATUS_SUCCESS, 1);
        }

        return CUBLAS_STATUS_SUCCESS;
    }

    public static cublasStatus_t cublasLtMatmulAlgoGetIds(
        nint lightHandle, cublasComputeType_t computeType, cudaDataType scaleType, cudaDataType aType, cudaDataType bType, cudaDataType cType, cudaDataType dType,
        int requestedAlgoCount, int* algoIdsArray, int* returnAlgoCount)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasLtMatmulAlgoGetIds));
        if (call.Find(lightHandle, out EmulatedCublasLtHandle cublas, CUBLAS_STATUS_SUCCESS) is { } refused)
        {
            if (refused == CUBLAS_STATUS_SUCCESS && returnAlgoCount != null)
            {
                *returnAlgoCount = 0;
            }

            return refused;
        }

        if (requestedAlgoCount < 1 || algoIdsArray == null || returnAlgoCount == null)
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        *returnAlgoCount = 0;
        if (cType != dType || !GemmArithmetic.TryMake(computeType, aType, bType, dType, default, cublas.Context.Device.Profile, out _))
        {
            return CUBLAS_STATUS_NOT_SUPPORTED;
        }

        while (*returnAlgoCount < Math.Min(requestedAlgoCount, LtAlgorithm.Count))
        {
            algoIdsArray[*returnAlgoCount] = *returnAlgoCount;
            ++*returnAlgoCount;
        }

        return CUBLAS_STATUS_SUCCESS;
    }

    public static cublasStatus_t cublasLtMatmulAlgoInit(
        nint lightHandle, cublasComputeType_t computeType, cudaDataType scaleType, cudaDataType aType, cudaDataType bType, cudaDataType cType, cudaDataType dType,
        int algoId, cublasLtMatmulAlgo_t* algo)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasLtMatmulAlgoInit));
        if (call.Find(lightHandle, out EmulatedCublasLtHandle _, CUBLAS_STATUS_NOT_SUPPORTED) is { } refused)
        {
            return refused;
        }

        if (algo == null || algoId is < 0 or >= LtAlgorithm.Count)
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        new LtAlgorithm(algoId, 0, DefaultAlignment).Write(ref *algo);
        return CUBLAS_STATUS_SUCCESS;
    }

    public static cublasStatus_t cublasLtMatmulAlgoCheck(
        nint lightHandle, nint operationDesc, nint aDesc, nint bDesc, nint cDesc, nint dDesc, cublasLtMatmulAlgo_t* algo, cublasLtMatmulHeuristicResult_t* result)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasLtMatmulAlgoCheck));
        if (call.Find(lightHandle, out EmulatedCublasLtHandle cublas) is { } refused)
        {
            return refused;
        }

        if (algo == null || result == null || LtAlgorithm.Read(*algo) is not { } chosen)
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        if (Problem(call, cublas, operationDesc, aDesc, bDesc, cDesc, dDesc, out LtProblem? problem) is { } unfit)
        {
            return unfit;
        }

        *result = default;
        result->algo = *algo;
        result->workspaceSize = chosen.Id == 0 ? 0 : (nuint)problem!.SplitWorkspace;
        return CUBLAS_STATUS_SUCCESS;
    }

    public static cublasStatus_t cublasLtMatmul(
        nint lightHandle, nint computeDesc, void* alpha, void* a, nint aDesc, void* b, nint bDesc, void* beta, void* c, nint cDesc, void* d, nint dDesc,
        cublasLtMatmulAlgo_t* algo, void* workspace, nuint workspaceSizeInBytes, nint stream)
    {
        using CublasCall call = CublasCall.Enter(nameof(cublasLtMatmul));
        if (call.Find(lightHandle, out EmulatedCublasLtHandle cublas, computeDesc == 0 ? CUBLAS_STATUS_INVALID_VALUE : null) is { } refused)
        {
            return refused;
        }

        if (Problem(call, cublas, computeDesc, aDesc, bDesc, cDesc, dDesc, out LtProblem? found) is { } unfit)
        {
            return unfit;
        }

        if (alpha == null || beta == null || a == null || b == null || c == null || d == null)
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        if (call.FindStream(stream, cublas.Context, out EmulatedStream queue) is { } missing)
        {
            return missing;
        }

        LtProblem problem = found!;
        if (RefuseAlgorithm(call, algo, problem, (ulong)a | (ulong)b | (ulong)c | (ulong)d, (ulong)workspace, workspaceSizeInBytes, out ulong needed) is { } unusable)
        {
            return unusable;
        }

        bool onDevice = problem.Descriptor.PointerMode == 1;
        if (call.RefuseScalars(onDevice, alpha, beta) is { } misplaced)
        {
            return misplaced;
        }

        WorkspaceClaim? claim = needed == 0 ? null : new WorkspaceClaim(call.Name, (ulong)workspace, needed);
        return CublasCall.Enqueue(queue, new GemmOperation(
            call.Name, problem.Arithmetic, problem.Operand(0, (ulong)a), problem.Operand(1, (ulong)b), problem.Operand(2, (ulong)c), problem.Operand(3, (ulong)d), problem.Batch,
            Scalar.At(alpha, problem.Arithmetic.ScaleType, onDevice), Scalar.At(beta, problem.Arithmetic.ScaleType, onDevice), problem.MakeEpilogue()), claim);
    }

    /// <summary>Without an algorithm the library picks one that needs nothing; with one its workspace and alignment are demanded.</summary>
    private static cublasStatus_t? RefuseAlgorithm(
        CublasCall call, cublasLtMatmulAlgo_t* algo, LtProblem problem, ulong addresses, ulong workspace, ulong bytes, out ulong needed)
    {
        needed = 0;
        if (algo == null)
        {
            return null;
        }

        if (LtAlgorithm.Read(*algo) is not { } chosen)
        {
            return CUBLAS_STATUS_INVALID_VALUE;
        }

        needed = chosen.Id == 0 ? 0 : (ulong)problem.SplitWorkspace;
        if (bytes < needed || (needed > 0 && (workspace == 0 || workspace % 16 != 0)))
        {
            return call.Find(CUBLAS_STATUS_INVALID_VALUE, FindingKind.Workspace, $"the algorithm needs {needed} bytes of workspace and gets {(workspace == 0 ? 0 : bytes)}.");
        }

        return addresses % (ulong)Math.Max(1, chosen.Alignment) == 0 ? null
            : call.Find(CUBLAS_STATUS_INVALID_VALUE, FindingKind.Misaligned, $"a matrix is not aligned to the {chosen.Alignment} bytes that the algorithm was chosen for.");
    }

    private static cublasStatus_t? Problem(CublasCall call, EmulatedCublasLtHandle cublas, nint operation, nint a, nint b, nint c, nint d, out LtProblem? problem)
    {
        problem = null;
        if (call.FindObject(operation, out LtMatmulDescriptor descriptor) is { } missing)
        {
            return missing;
        }

        var layouts = new LtMatrixLayout[4];
        for (int i = 0; i < layouts.Length; i++)
        {
            if (call.FindObject(i switch { 0 => a, 1 => b, 2 => c, _ => d }, out layouts[i]) is { } absent)
            {
                return absent;
            }
        }

        cublasStatus_t status = LtProblem.TryCreate(descriptor, layouts, cublas.Context.Device.Profile, out problem);
        return status == CUBLAS_STATUS_SUCCESS ? null : status;
    }
}
