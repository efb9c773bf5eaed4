using CudaNet.Emulator.Cudnn;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class CudnnExports
{
    public static cudnnStatus_t cudnnCreateTensorDescriptor(nint* tensorDesc)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnCreateTensorDescriptor));
        return call.Answer(call.Create<EmulatedTensorDescriptor>(tensorDesc));
    }

    public static cudnnStatus_t cudnnDestroyTensorDescriptor(nint tensorDesc)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnDestroyTensorDescriptor));
        return call.Answer(call.Destroy<EmulatedTensorDescriptor>(tensorDesc));
    }

    public static cudnnStatus_t cudnnSetTensor4dDescriptor(nint tensorDesc, cudnnTensorFormat_t format, cudnnDataType_t dataType, int n, int c, int h, int w)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetTensor4dDescriptor));
        return call.Answer(call.Find(tensorDesc, out EmulatedTensorDescriptor tensor) ?? tensor.SetDense(format, dataType, [n, c, h, w]));
    }

    public static cudnnStatus_t cudnnSetTensor4dDescriptorEx(
        nint tensorDesc, cudnnDataType_t dataType, int n, int c, int h, int w, int nStride, int cStride, int hStride, int wStride)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetTensor4dDescriptorEx));
        return call.Answer(call.Find(tensorDesc, out EmulatedTensorDescriptor tensor) ?? tensor.SetStrided(dataType, [n, c, h, w], [nStride, cStride, hStride, wStride]));
    }

    public static cudnnStatus_t cudnnGetTensor4dDescriptor(
        nint tensorDesc, cudnnDataType_t* dataType, int* n, int* c, int* h, int* w, int* nStride, int* cStride, int* hStride, int* wStride)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetTensor4dDescriptor));
        if (call.Find(tensorDesc, out EmulatedTensorDescriptor tensor) is { } refused)
        {
            return call.Answer(refused);
        }

        if (dataType == null || n == null || c == null || h == null || w == null || nStride == null || cStride == null || hStride == null || wStride == null)
        {
            return call.Answer(CudnnAnswer.BadParam("an out pointer is NULL"));
        }

        *dataType = tensor.Layout?.Type ?? default;
        (*n, *c, *h, *w) = (At(tensor.Extents, 0), At(tensor.Extents, 1), At(tensor.Extents, 2), At(tensor.Extents, 3));
        (*nStride, *cStride, *hStride, *wStride) = (At(tensor.Strides, 0), At(tensor.Strides, 1), At(tensor.Strides, 2), At(tensor.Strides, 3));
        return call.Answer(tensor.Layout is { Rank: not 4 } layout ? CudnnAnswer.Accept($"reading {layout.Rank} extents as 4") : CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnSetTensorNdDescriptor(nint tensorDesc, cudnnDataType_t dataType, int nbDims, int* dimA, int* strideA)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetTensorNdDescriptor));
        return call.Answer(call.Find(tensorDesc, out EmulatedTensorDescriptor tensor) ?? RefuseRank(nbDims) ?? RefuseNull(dimA, strideA)
            ?? tensor.SetStrided(dataType, new(dimA, nbDims), new(strideA, nbDims)));
    }

    public static cudnnStatus_t cudnnSetTensorNdDescriptorEx(nint tensorDesc, cudnnTensorFormat_t format, cudnnDataType_t dataType, int nbDims, int* dimA)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetTensorNdDescriptorEx));
        return call.Answer(call.Find(tensorDesc, out EmulatedTensorDescriptor tensor) ?? RefuseRank(nbDims) ?? RefuseNull(dimA, dimA)
            ?? tensor.SetDense(format, dataType, new(dimA, nbDims)));
    }

    public static cudnnStatus_t cudnnGetTensorNdDescriptor(nint tensorDesc, int nbDimsRequested, cudnnDataType_t* dataType, int* nbDims, int* dimA, int* strideA)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetTensorNdDescriptor));
        if (call.Find(tensorDesc, out EmulatedTensorDescriptor tensor) is { } refused)
        {
            return call.Answer(refused);
        }

        Put(dataType, tensor.Layout?.Type ?? default);
        Put(nbDims, tensor.Layout?.Rank ?? 0);
        CopyOut(tensor.Extents, nbDimsRequested, dimA);
        CopyOut(tensor.Strides, nbDimsRequested, strideA);
        return call.Answer(CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnGetTensorSizeInBytes(nint tensorDesc, nuint* size)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetTensorSizeInBytes));
        if (call.Find(tensorDesc, out EmulatedTensorDescriptor tensor) is { } refused)
        {
            return call.Answer(CudnnCall.Generation < 9 && tensorDesc == 0 ? CudnnAnswer.Crash("tensorDesc == NULL") : refused);
        }

        if (size == null)
        {
            return call.Answer(CudnnAnswer.Crash("size == NULL"));
        }

        *size = (nuint)(tensor.Layout?.SizeInBytes ?? 0);
        return call.Answer(CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnDeriveBNTensorDescriptor(nint derivedBnDesc, nint xDesc, int mode)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnDeriveBNTensorDescriptor));
        if ((call.Find(derivedBnDesc, out EmulatedTensorDescriptor derived) ?? call.Find(xDesc, out EmulatedTensorDescriptor _)) is { } refused)
        {
            return call.Answer(derivedBnDesc != 0 && xDesc == 0 ? CudnnAnswer.Crash("xDesc == NULL") : refused);
        }

        call.Find(xDesc, out EmulatedTensorDescriptor x);
        return call.Answer(BatchNormShapes.Derive(derived, x.Layout, mode));
    }

    private static CudnnAnswer? RefuseRank(int rank) => RefuseCount(rank, CudnnCall.Generation >= 9 ? 2 : 3, EmulatedTensorDescriptor.MaxRank);

    /// <summary>Too few is a bad parameter, too many are not supported.</summary>
    private static CudnnAnswer? RefuseCount(int count, int least, int most)
    {
        if (count < least)
        {
            return CudnnAnswer.BadParam($"{count} extents, fewer than {least}");
        }

        return count > most ? CudnnAnswer.NotSupported($"{count} extents, more than {most}") : null;
    }

    private static CudnnAnswer? RefuseNull(int* first, int* second) => first == null || second == null ? CudnnAnswer.Crash("an array is NULL") : null;

    private static int At(ReadOnlySpan<int> values, int index) => index < values.Length ? values[index] : 0;

    private static void CopyOut(ReadOnlySpan<int> values, int requested, int* target)
    {
        if (target != null && requested > 0)
        {
            values[..Math.Min(values.Length, requested)].CopyTo(new Span<int>(target, requested));
        }
    }
}
