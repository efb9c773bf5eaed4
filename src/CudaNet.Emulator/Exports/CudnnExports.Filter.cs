using CudaNet.Emulator.Cudnn;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Exports;

internal static unsafe partial class CudnnExports
{
    public static cudnnStatus_t cudnnCreateFilterDescriptor(nint* filterDesc)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnCreateFilterDescriptor));
        return call.Answer(call.Create<EmulatedFilterDescriptor>(filterDesc));
    }

    public static cudnnStatus_t cudnnDestroyFilterDescriptor(nint filterDesc)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnDestroyFilterDescriptor));
        return call.Answer(call.Destroy<EmulatedFilterDescriptor>(filterDesc));
    }

    public static cudnnStatus_t cudnnSetFilter4dDescriptor(nint filterDesc, cudnnDataType_t dataType, cudnnTensorFormat_t format, int k, int c, int h, int w)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetFilter4dDescriptor));
        return call.Answer(call.Find(filterDesc, out EmulatedFilterDescriptor filter) ?? filter.Set(dataType, format, [k, c, h, w]));
    }

    public static cudnnStatus_t cudnnGetFilter4dDescriptor(nint filterDesc, cudnnDataType_t* dataType, cudnnTensorFormat_t* format, int* k, int* c, int* h, int* w)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetFilter4dDescriptor));
        if (call.Find(filterDesc, out EmulatedFilterDescriptor filter) is { } refused)
        {
            return call.Answer(refused);
        }

        Put(dataType, filter.Layout?.Type ?? default);
        Put(format, filter.Layout?.Format ?? default);
        Put(k, At(filter.Extents, 0));
        Put(c, At(filter.Extents, 1));
        Put(h, At(filter.Extents, 2));
        Put(w, At(filter.Extents, 3));
        return call.Answer(CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnSetFilterNdDescriptor(nint filterDesc, cudnnDataType_t dataType, cudnnTensorFormat_t format, int nbDims, int* filterDimA)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnSetFilterNdDescriptor));
        return call.Answer(call.Find(filterDesc, out EmulatedFilterDescriptor filter)
            ?? RefuseCount(nbDims, 3, EmulatedTensorDescriptor.MaxRank)
            ?? RefuseNull(filterDimA, filterDimA) ?? filter.Set(dataType, format, new(filterDimA, nbDims)));
    }

    public static cudnnStatus_t cudnnGetFilterNdDescriptor(
        nint filterDesc, int nbDimsRequested, cudnnDataType_t* dataType, cudnnTensorFormat_t* format, int* nbDims, int* filterDimA)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetFilterNdDescriptor));
        if (call.Find(filterDesc, out EmulatedFilterDescriptor filter) is { } refused)
        {
            return call.Answer(refused);
        }

        Put(dataType, filter.Layout?.Type ?? default);
        Put(format, filter.Layout?.Format ?? default);
        Put(nbDims, filter.Extents.Length);
        CopyOut(filter.Extents, nbDimsRequested, filterDimA);
        return call.Answer(CudnnAnswer.Success);
    }

    public static cudnnStatus_t cudnnGetFilterSizeInBytes(nint filterDesc, nuint* size)
    {
        using CudnnCall call = CudnnCall.Enter(nameof(cudnnGetFilterSizeInBytes));
        if (call.Find(filterDesc, out EmulatedFilterDescriptor filter) is { } refused)
        {
            return call.Answer(refused);
        }

        Put(size, (nuint)(filter.Layout?.SizeInBytes ?? 0));
        return call.Answer(size == null ? CudnnAnswer.Crash("size == NULL") : CudnnAnswer.Success);
    }
}
