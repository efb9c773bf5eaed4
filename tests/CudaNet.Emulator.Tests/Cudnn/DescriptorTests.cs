using CudaNet.Emulator.Cudnn;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cudnnDataType_t;
using static CudaNet.Kernels.Cuda.Native.cudnnTensorFormat_t;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>What setting and reading descriptors answers, in both numberings.</summary>
public sealed unsafe class DescriptorTests
{
    public static TheoryData<string, int> Rows
    {
        get
        {
            TheoryData<string, int> rows = [];
            foreach (string name in DescriptorCases.All.Keys)
            {
                rows.Add(name, LibraryProgram.Version8);
                rows.Add(name, LibraryProgram.Version9);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_setter_answers_as_the_real_library(string name, int version)
    {
        using LibraryProgram program = new(new EmulatorOptions { CudnnVersion = version });
        (int status, Func<LibraryProgram, cudnnStatus_t> call) = DescriptorCases.All[name];
        int expected = version == LibraryProgram.Version9 ? status : status switch { 2000 => 3, 3000 => 9, _ => 0 };
        Assert.Equal(expected, (int)call(program));
    }

    [Fact]
    public void Version_8_wants_three_extents_and_version_9_two()
    {
        EmulatedTensorDescriptor tensor = new();
        Assert.True(tensor.SetStrided(CUDNN_DATA_FLOAT, [2, 3], [3, 1]).IsSuccess);
        Assert.Equal(3, (int)SetTwo(LibraryProgram.Version8));
        Assert.Equal(0, (int)SetTwo(LibraryProgram.Version9));
    }

    [Fact]
    public void Strides_are_those_of_the_format_also_along_extents_of_one()
    {
        Assert.Equal([105, 35, 7, 1], Strides(CUDNN_TENSOR_NCHW, 2, 3, 5, 7));
        Assert.Equal([105, 1, 21, 3], Strides(CUDNN_TENSOR_NHWC, 2, 3, 5, 7));
        Assert.Equal([8, 1, 1, 1], Strides(CUDNN_TENSOR_NCHW, 2, 8, 1, 1));
        Assert.Equal([8, 1, 8, 8], Strides(CUDNN_TENSOR_NHWC, 2, 8, 1, 1));
    }

    [Fact]
    public void The_size_in_bytes_spans_the_strides()
    {
        EmulatedTensorDescriptor tensor = new();
        tensor.SetStrided(CUDNN_DATA_FLOAT, [2, 3, 5, 7], [120, 40, 8, 1]);
        Assert.Equal(956, tensor.Layout!.SizeInBytes);
        tensor.SetDense(CUDNN_TENSOR_NCHW_VECT_C, CUDNN_DATA_INT8x4, [2, 8, 5, 7]);
        Assert.Equal([70, 35, 7, 1], tensor.Strides.ToArray());
        Assert.Equal(560, tensor.Layout!.SizeInBytes);
    }

    [Fact]
    public void A_refused_tensor_keeps_its_value_and_a_refused_convolution_is_half_overwritten()
    {
        EmulatedTensorDescriptor tensor = new();
        tensor.SetDense(CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, [2, 3, 5, 7]);
        Assert.False(tensor.SetDense(CUDNN_TENSOR_NCHW, CUDNN_DATA_HALF, [2, 0, 5, 7]).IsSuccess);
        Assert.Equal(CUDNN_DATA_FLOAT, tensor.Layout!.Type);
        EmulatedConvolutionDescriptor convolution = new();
        convolution.Set([1, 1], [2, 2], [1, 1], cudnnConvolutionMode_t.CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT);
        Assert.False(convolution.Set([5, 5], [0, 0], [1, 1], cudnnConvolutionMode_t.CUDNN_CONVOLUTION, CUDNN_DATA_HALF).IsSuccess);
        Assert.Equal([5, 5], convolution.Padding);
        Assert.Equal([0, 0], convolution.Stride);
        Assert.Equal(CUDNN_DATA_HALF, convolution.ComputeType);
        Assert.False(convolution.IsUsable);
    }

    [Fact]
    public void Setting_a_convolution_again_resets_neither_math_type_nor_groups()
    {
        EmulatedConvolutionDescriptor convolution = new();
        Assert.Equal((cudnnMathType_t.CUDNN_DEFAULT_MATH, 1), (convolution.MathType, convolution.Groups));
        convolution.SetMathType(cudnnMathType_t.CUDNN_FMA_MATH);
        convolution.SetGroups(4);
        convolution.Set([1, 1], [2, 2], [1, 1], cudnnConvolutionMode_t.CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT);
        Assert.Equal((cudnnMathType_t.CUDNN_FMA_MATH, 4), (convolution.MathType, convolution.Groups));
    }

    [Fact]
    public void The_parameters_of_a_batch_normalisation_are_float_and_dense_also_for_nhwc()
    {
        EmulatedTensorDescriptor x = new();
        x.SetDense(CUDNN_TENSOR_NHWC, CUDNN_DATA_HALF, [2, 3, 5, 7]);
        EmulatedTensorDescriptor derived = new();
        Assert.True(BatchNormShapes.Derive(derived, x.Layout, 1).IsSuccess);
        Assert.Equal([1, 3, 1, 1], derived.Extents.ToArray());
        Assert.Equal([3, 1, 1, 1], derived.Strides.ToArray());
        Assert.Equal(CUDNN_DATA_FLOAT, derived.Layout!.Type);
        Assert.False(BatchNormShapes.Derive(derived, x.Layout, 3).IsSuccess);
    }

    [Fact]
    public void Nonsense_that_is_accepted_is_a_finding_unless_it_is_switched_off()
    {
        foreach (bool flag in (bool[])[true, false])
        {
            using LibraryProgram program = new(new EmulatorOptions { FlagNonsense = flag });
            Assert.Equal(0, (int)DescriptorCases.All["a negative stride"].Call(program));
            Assert.Equal(flag ? 1 : 0, program.Machine.Findings.Count(finding => finding.Kind == FindingKind.Argument));
        }
    }

    [Fact]
    public void Destroying_twice_is_a_finding_and_what_is_not_destroyed_a_leak()
    {
        using LibraryProgram program = new();
        nint tensor = program.Tensor(CUDNN_DATA_FLOAT, false, 1, 1, 1, 1);
        Assert.Contains(program.Machine.Leaks, leak => leak.Kind == LeakKind.Descriptor);
        Assert.Equal(0, (int)program.Cudnn.cudnnDestroyTensorDescriptor(tensor));
        Assert.DoesNotContain(program.Machine.Leaks, leak => leak.Kind == LeakKind.Descriptor);
        Assert.Equal(2000, (int)program.Cudnn.cudnnDestroyTensorDescriptor(tensor));
        Assert.Contains(program.Machine.Findings, finding => finding.Kind == FindingKind.Handle);
    }

    private static int[] Strides(cudnnTensorFormat_t format, params int[] extents)
    {
        EmulatedTensorDescriptor tensor = new();
        Assert.True(tensor.SetDense(format, CUDNN_DATA_FLOAT, extents).IsSuccess);
        return tensor.Strides.ToArray();
    }

    private static cudnnStatus_t SetTwo(int version)
    {
        using LibraryProgram program = new(new EmulatorOptions { CudnnVersion = version });
        int* extents = stackalloc int[] { 2, 3 };
        int* strides = stackalloc int[] { 3, 1 };
        nint tensor;
        LibraryProgram.Ok(program.Cudnn.cudnnCreateTensorDescriptor(&tensor));
        return ((delegate* unmanaged<nint, cudnnDataType_t, int, int*, int*, cudnnStatus_t>)program.Raw("cudnnSetTensorNdDescriptor"))(tensor, CUDNN_DATA_FLOAT, 2, extents, strides);
    }
}
