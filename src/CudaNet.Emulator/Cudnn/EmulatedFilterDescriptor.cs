using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnTensorFormat_t;

namespace CudaNet.Emulator.Cudnn;

/// <summary>The value of a filter descriptor: extents in the order K, C, R, S whatever the order in memory.</summary>
internal sealed class FilterLayout(cudnnDataType_t type, cudnnTensorFormat_t format, int[] extents)
{
    public cudnnDataType_t Type { get; } = type;

    public cudnnTensorFormat_t Format { get; } = format;

    public ReadOnlySpan<int> Extents => extents;

    public int Rank => extents.Length;

    public long ElementCount => extents.Aggregate(1L, (product, extent) => product * extent);

    public long SizeInBytes => ElementCount * CudnnTypes.SizeOf(Type) / (Format == CUDNN_TENSOR_NCHW_VECT_C ? CudnnTypes.VectorOf(Type) : 1);

    public override string ToString() => $"{string.Join('×', extents)} {Type} {Format}";
}

/// <summary>A cudnnFilterDescriptor_t.</summary>
internal sealed class EmulatedFilterDescriptor : ICudnnDescriptor
{
    public static string Kind => "filter descriptor";

    public FilterLayout? Layout { get; private set; }

    /// <summary>Empty until it is set.</summary>
    public ReadOnlySpan<int> Extents => Layout is null ? [] : Layout.Extents;

    public CudnnAnswer Set(cudnnDataType_t type, cudnnTensorFormat_t format, ReadOnlySpan<int> extents)
    {
        if (format is < CUDNN_TENSOR_NCHW or > CUDNN_TENSOR_NCHW_VECT_C || !CudnnTypes.IsFilterType(type))
        {
            return CudnnAnswer.BadParam("dataType or format is out of range");
        }

        if (extents.ContainsAnyInRange(int.MinValue, 0))
        {
            return CudnnAnswer.BadParam("dim <= 0");
        }

        int vector = CudnnTypes.VectorOf(type);
        if (format == CUDNN_TENSOR_NCHW_VECT_C && (vector == 1 || extents[1] % vector != 0))
        {
            return CudnnAnswer.BadParam("NCHW_VECT_C needs a vector type and whole vectors of channels");
        }

        FilterLayout layout = new(type, format, extents.ToArray());
        if (layout.ElementCount > int.MaxValue)
        {
            return CudnnAnswer.NotSupported("the filter spans more than 2^31-1 elements");
        }

        Layout = layout;
        return CudnnAnswer.Success;
    }
}
