using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;
using static CudaNet.Kernels.Cuda.Native.cudnnTensorFormat_t;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>Every value of the enumerations in every setter, and what is written into out parameters by calls that refuse.</summary>
public sealed unsafe class DescriptorRangeTests
{
    private const int Beyond = 23;

    [Fact]
    public void Tensors_take_the_data_types_0_to_9_and_filters_all_of_those_but_int32()
    {
        using LibraryProgram program = new(new EmulatorOptions { FlagNonsense = false });
        nint tensor = program.Fresh("Tensor"), filter = program.Fresh("Filter");
        for (int type = -1; type < Beyond; type++)
        {
            Assert.True(type is >= 0 and <= 9 == (program.Cudnn.cudnnSetTensor4dDescriptor(tensor, CUDNN_TENSOR_NCHW, (cudnnDataType_t)type, 1, 32, 1, 1) == 0), $"tensor of type {type}");
            Assert.True(type is >= 0 and <= 9 and not 4 == (program.Cudnn.cudnnSetFilter4dDescriptor(filter, (cudnnDataType_t)type, CUDNN_TENSOR_NCHW, 1, 32, 1, 1) == 0), $"filter of type {type}");
        }
    }

    [Fact]
    public void Convolutions_compute_in_four_types_operations_in_four_and_reductions_in_three()
    {
        using LibraryProgram program = new();
        nint convolution = program.Fresh("Convolution"), op = program.Fresh("OpTensor"), reduction = program.Fresh("ReduceTensor");
        var setOp = (delegate* unmanaged<nint, int, int, int, int>)program.Raw("cudnnSetOpTensorDescriptor");
        var setReduction = (delegate* unmanaged<nint, int, int, int, int, int, int>)program.Raw("cudnnSetReduceTensorDescriptor");
        for (int type = -1; type < Beyond; type++)
        {
            Assert.Equal((type, type is 0 or 1 or 2 or 4), (type, program.Cudnn.cudnnSetConvolution2dDescriptor(convolution, 0, 0, 1, 1, 1, 1, 0, (cudnnDataType_t)type) == 0));
            Assert.Equal((type, type is 0 or 1 or 2 or 9), (type, setOp(op, 0, type, 0) == 0));
            Assert.Equal((type, type is 0 or 1 or 2), (type, setReduction(reduction, 0, type, 0, 0, 0) == 0));
        }
    }

    [Fact]
    public void Modes_and_options_end_where_their_enumerations_do()
    {
        using LibraryProgram program = new(new EmulatorOptions { FlagNonsense = false });
        nint convolution = program.Convolution(0, 1, 1, 1, 0, CUDNN_DATA_FLOAT), pooling = program.Fresh("Pooling"), activation = program.Fresh("Activation");
        nint op = program.Fresh("OpTensor"), reduction = program.Fresh("ReduceTensor");
        var reorder = (delegate* unmanaged<nint, int, int>)program.Raw("cudnnSetConvolutionReorderType");
        var setOp = (delegate* unmanaged<nint, int, int, int, int>)program.Raw("cudnnSetOpTensorDescriptor");
        var setReduction = (delegate* unmanaged<nint, int, int, int, int, int, int>)program.Raw("cudnnSetReduceTensorDescriptor");
        for (int value = -1; value < 12; value++)
        {
            Check(3, (int)program.Cudnn.cudnnSetConvolutionMathType(convolution, (cudnnMathType_t)value));
            Check(1, reorder(convolution, value));
            Check(3, (int)program.Cudnn.cudnnSetPooling2dDescriptor(pooling, (cudnnPoolingMode_t)value, 0, 2, 2, 0, 0, 1, 1));
            Check(1, (int)program.Cudnn.cudnnSetPooling2dDescriptor(pooling, 0, (cudnnNanPropagation_t)value, 2, 2, 0, 0, 1, 1));
            Check(6, (int)program.Cudnn.cudnnSetActivationDescriptor(activation, (cudnnActivationMode_t)value, 0, 0));
            Check(5, setOp(op, value, 0, 0));
            Check(1, setOp(op, 0, 0, value));
            Check(8, setReduction(reduction, value, 0, 0, 0, 0));
            Check(1, setReduction(reduction, 3, 0, 0, value, 0));
            Check(3, setReduction(reduction, 3, 0, 0, 1, value));

            void Check(int last, int status) => Assert.Equal(value >= 0 && value <= last ? 0 : 2000, status);
        }
    }

    [Theory]
    [InlineData("cudnnSetTensorNdDescriptorEx", 0, 3, 0)]
    [InlineData("cudnnSetTensorNdDescriptorEx", 0, 4, 0)]
    [InlineData("cudnnSetTensorNdDescriptorEx", 1, 4, 0)]
    [InlineData("cudnnSetTensorNdDescriptorEx", 7, 4, 2000)]
    [InlineData("cudnnSetTensorNdDescriptorEx", 0, 9, 3000)]
    [InlineData("cudnnSetFilterNdDescriptor", 0, 2, 2000)]
    [InlineData("cudnnSetFilterNdDescriptor", 0, 4, 0)]
    [InlineData("cudnnSetFilterNdDescriptor", 0, 9, 3000)]
    public void Ranks_and_formats_of_n_dimensional_descriptors_have_their_limits(string name, int format, int rank, int status)
    {
        int* extents = stackalloc int[] { 2, 3, 4, 5, 1, 1, 1, 1, 1 };
        foreach (int version in (int[])[LibraryProgram.Version8, LibraryProgram.Version9])
        {
            using LibraryProgram program = new(new EmulatorOptions { CudnnVersion = version });
            bool isFilter = name.Contains("Filter", StringComparison.Ordinal);
            nint descriptor = program.Fresh(isFilter ? "Filter" : "Tensor");
            int answer = isFilter
                ? ((delegate* unmanaged<nint, int, int, int, int*, int>)program.Raw(name))(descriptor, 0, format, rank, extents)
                : ((delegate* unmanaged<nint, int, int, int, int*, int>)program.Raw(name))(descriptor, format, 0, rank, extents);
            Assert.Equal(version == LibraryProgram.Version9 ? status : status switch { 2000 => 3, 3000 => 9, _ => 0 }, answer);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(6, 0)]
    [InlineData(7, 3000)]
    public void A_convolution_has_up_to_six_spatial_dimensions(int length, int status)
    {
        using LibraryProgram program = new(new EmulatorOptions { FlagNonsense = false });
        int* ones = stackalloc int[] { 1, 1, 1, 1, 1, 1, 1 };
        Assert.Equal(status, ((delegate* unmanaged<nint, int, int*, int*, int*, int, int, int>)program.Raw("cudnnSetConvolutionNdDescriptor"))(
            program.Fresh("Convolution"), length, ones, ones, ones, 1, 0));
    }

    [Theory]
    [InlineData(3, 224, 3, 7, 2, 3, 1, 0, 2, 64, 112, 112)]
    [InlineData(8, 5, 8, 9, 1, 0, 1, 2000, 2, 64, 0, 0)]
    [InlineData(3, 8, 4, 3, 1, 0, 1, 2000, 0, 0, 0, 0)]
    [InlineData(6, 8, 4, 3, 1, 0, 4, 2000, 0, 0, 0, 0)]
    [InlineData(6, 8, 2, 3, 5, 3, 3, 0, 2, 64, 3, 3)]
    public void The_extents_of_a_convolution_are_told_and_partly_written_where_it_refuses(
        int channels, int side, int filterChannels, int window, int stride, int pad, int groups, int status, int n, int c, int h, int w)
    {
        using LibraryProgram program = new(new EmulatorOptions { FlagNonsense = false });
        int* told = stackalloc int[] { 7, 7, 7, 7 };
        Assert.Equal(status, (int)program.Cudnn.cudnnGetConvolution2dForwardOutputDim(
            program.Convolution(pad, stride, 1, groups, 0, CUDNN_DATA_FLOAT), program.Tensor(CUDNN_DATA_FLOAT, true, 2, channels, side, side),
            program.Filter(CUDNN_DATA_HALF, false, 64, filterChannels, window, window), told, told + 1, told + 2, told + 3));
        Assert.Equal([n, c, h, w], new ReadOnlySpan<int>(told, 4).ToArray());
    }

    [Theory]
    [InlineData(3, 3, 1, 0, 12, 12)]
    [InlineData(3, 1, 2, 0, 4, 4)]
    [InlineData(9, 0, 1, 2000, 0, 0)]
    public void The_extents_of_a_pooling_are_told_and_partly_written_where_it_refuses(int window, int pad, int stride, int status, int h, int w)
    {
        using LibraryProgram program = new(new EmulatorOptions { FlagNonsense = false });
        int* told = stackalloc int[] { 7, 7, 7, 7 };
        nint pooling = program.Fresh("Pooling"), image = program.Tensor(CUDNN_DATA_FLOAT, false, 2, 3, 8, 8);
        var ask = (delegate* unmanaged<nint, nint, int*, int*, int*, int*, int>)program.Raw("cudnnGetPooling2dForwardOutputDim");
        Assert.Equal(2000, ask(pooling, image, told, told + 1, told + 2, told + 3));
        Assert.Equal(0, (int)program.Cudnn.cudnnSetPooling2dDescriptor(pooling, 0, 0, window, window, pad, pad, stride, stride));
        Assert.Equal(2000, ask(pooling, program.Fresh("Tensor"), told, told + 1, told + 2, told + 3));
        Assert.Equal(status, ask(pooling, image, told, told + 1, told + 2, told + 3));
        Assert.Equal([2, 3, h, w], new ReadOnlySpan<int>(told, 4).ToArray());
    }

    [Fact]
    public void Strides_of_0_are_for_extents_of_1_and_vectors_may_be_broken_where_strides_are_given()
    {
        using LibraryProgram program = new(new EmulatorOptions { FlagNonsense = false });
        nint tensor = program.Fresh("Tensor");
        Assert.Equal(0, (int)program.Cudnn.cudnnSetTensor4dDescriptorEx(tensor, CUDNN_DATA_FLOAT, 2, 1, 5, 7, 35, 0, 7, 1));
        Assert.Equal(2000, (int)program.Cudnn.cudnnSetTensor4dDescriptorEx(tensor, CUDNN_DATA_FLOAT, 2, 2, 5, 7, 70, 0, 7, 1));
        Assert.Equal(0, (int)program.Cudnn.cudnnSetTensor4dDescriptorEx(tensor, CUDNN_DATA_INT8x4, 2, 6, 5, 7, 210, 35, 7, 1));
        Assert.Equal(2000, (int)program.Cudnn.cudnnSetTensor4dDescriptorEx(tensor, CUDNN_DATA_FLOAT, 2, 0, 5, 7, 35, 1, 7, 1));
    }

    [Theory]
    [InlineData(LibraryProgram.Version8, 33, 2, 3)]
    [InlineData(LibraryProgram.Version9, 43, 4003, 2002)]
    public void Descriptors_of_the_graph_interface_are_made_of_known_types_and_null_is_refused(int version, int last, int status, int refusal)
    {
        using LibraryProgram program = new(new EmulatorOptions { CudnnVersion = version });
        var create = (delegate* unmanaged<int, nint*, int>)program.Raw("cudnnBackendCreateDescriptor");
        var destroy = (delegate* unmanaged<nint, int>)program.Raw("cudnnBackendDestroyDescriptor");
        for (int type = -1; type < 50; type++)
        {
            nint made = 0;
            Assert.Equal(type >= 0 && type <= last && type != 6 ? 0 : status, create(type, &made));
            Assert.Equal(made == 0 ? refusal : 0, destroy(made));
        }

        Assert.Equal(refusal, ((delegate* unmanaged<nint, int>)program.Raw("cudnnBackendFinalize"))(0));
        Assert.Equal(refusal, ((delegate* unmanaged<nint, int, int, long, void*, int>)program.Raw("cudnnBackendSetAttribute"))(0, 0, 0, 0, null));
    }
}
