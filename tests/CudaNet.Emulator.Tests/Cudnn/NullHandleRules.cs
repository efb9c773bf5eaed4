using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>What calls answer to a null handle or a null descriptor, in both numberings.</summary>
public sealed unsafe class NullHandleRules
{
    private static readonly string[] Descriptors = ["Tensor", "Filter", "Convolution", "Pooling", "Activation", "OpTensor", "ReduceTensor"];

    public static TheoryData<string, int> Calls
    {
        get
        {
            TheoryData<string, int> rows = [];
            foreach (string name in (string[])
            [
                "cudnnSetStream", "cudnnGetStream", "cudnnQueryRuntimeError", "cudnnGetConvolutionForwardAlgorithmMaxCount", "cudnnFindConvolutionForwardAlgorithm",
                "cudnnFindConvolutionForwardAlgorithmEx", "cudnnGetConvolutionForwardWorkspaceSize", "cudnnConvolutionForward", "cudnnConvolutionBiasActivationForward",
                "cudnnPoolingForward", "cudnnActivationForward", "cudnnSoftmaxForward", "cudnnAddTensor", "cudnnOpTensor", "cudnnReduceTensor", "cudnnSetTensor", "cudnnScaleTensor",
                "cudnnTransformTensor", "cudnnReorderFilterAndBias", "cudnnBackendExecute",
            ])
            {
                rows.Add(name, LibraryProgram.Version8);
                rows.Add(name, LibraryProgram.Version9);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_null_handle_is_a_bad_parameter_also_with_all_else_null(string name, int version)
    {
        using LibraryProgram program = new(new EmulatorOptions { CudnnVersion = version });
        if (program.Machine.Libraries.Cudnn.Find(name) == 0)
        {
            Assert.True(version == LibraryProgram.Version8 && name.StartsWith("cudnnBackend", StringComparison.Ordinal), name);
            return;
        }

        // Every argument is a pointer or a number: as many zeros as the longest list has.
        var call = (delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, cudnnStatus_t>)program.Raw(name);
        Assert.Equal(version == LibraryProgram.Version8 ? 3 : 2000, (int)call(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        Assert.Empty(program.Machine.Findings);
    }

    [Theory]
    [InlineData("cudnnGetConvolutionForwardAlgorithm_v7", LibraryProgram.Version8, false)]
    [InlineData("cudnnGetConvolutionForwardAlgorithm_v7", LibraryProgram.Version9, true)]
    [InlineData("cudnnBatchNormalizationForwardInference", LibraryProgram.Version8, true)]
    [InlineData("cudnnBatchNormalizationForwardInference", LibraryProgram.Version9, true)]
    [InlineData("cudnnIm2Col", LibraryProgram.Version8, true)]
    [InlineData("cudnnIm2Col", LibraryProgram.Version9, true)]
    public void Where_the_real_library_crashes_on_a_null_handle_there_is_a_finding(string name, int version, bool crashes)
    {
        using LibraryProgram program = new(new EmulatorOptions { CudnnVersion = version });
        var call = (delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, nint, cudnnStatus_t>)program.Raw(name);
        Assert.Equal(version == LibraryProgram.Version8 ? 3 : 2000, (int)call(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        Assert.Equal(crashes, program.Machine.Findings.Any(finding => finding.Kind == FindingKind.Argument));
    }

    [Fact]
    public void The_sizes_of_a_reduction_are_told_without_a_handle()
    {
        using LibraryProgram program = new();
        nint reduction = program.Fresh("ReduceTensor");
        LibraryProgram.Ok(((delegate* unmanaged<nint, int, int, int, int, int, cudnnStatus_t>)program.Raw("cudnnSetReduceTensorDescriptor"))(reduction, 3, 0, 0, 1, 0));
        nint a = program.Tensor(0, false, 2, 3, 4, 5), c = program.Tensor(0, false, 1, 3, 1, 1);
        foreach (string name in (string[])["cudnnGetReductionWorkspaceSize", "cudnnGetReductionIndicesSize"])
        {
            nuint bytes = 0;
            LibraryProgram.Ok(((delegate* unmanaged<nint, nint, nint, nint, nuint*, cudnnStatus_t>)program.Raw(name))(0, reduction, a, c, &bytes));
            Assert.True(bytes > 0, name);
        }
    }

    [Fact]
    public void Descriptors_are_not_made_into_null_and_null_is_destroyed_without_harm()
    {
        using LibraryProgram program = new();
        foreach (string kind in Descriptors)
        {
            Assert.Equal(2000, (int)((delegate* unmanaged<nint*, cudnnStatus_t>)program.Raw($"cudnnCreate{kind}Descriptor"))(null));
            Assert.Equal(0, (int)((delegate* unmanaged<nint, cudnnStatus_t>)program.Raw($"cudnnDestroy{kind}Descriptor"))(0));
            Assert.Equal(0, (int)((delegate* unmanaged<nint, cudnnStatus_t>)program.Raw($"cudnnDestroy{kind}Descriptor"))(program.Fresh(kind)));
        }

        Assert.Empty(program.Machine.Findings);
        Assert.Equal(0, (int)program.Cudnn.cudnnDestroyFilterDescriptor(program.Fresh("Tensor")));
        Assert.Single(program.Machine.Findings, finding => finding.Kind == FindingKind.Argument);
    }

    [Fact]
    public void A_descriptor_that_was_never_set_reads_as_zeros()
    {
        using LibraryProgram program = new();
        int* fields = stackalloc int[9];
        new Span<int>(fields, 9).Fill(7);
        nuint bytes = 7;
        nint tensor = program.Fresh("Tensor");
        LibraryProgram.Ok(((delegate* unmanaged<nint, int*, int*, int*, int*, int*, int*, int*, int*, int*, cudnnStatus_t>)program.Raw("cudnnGetTensor4dDescriptor"))(
            tensor, fields, fields + 1, fields + 2, fields + 3, fields + 4, fields + 5, fields + 6, fields + 7, fields + 8));
        LibraryProgram.Ok(((delegate* unmanaged<nint, nuint*, cudnnStatus_t>)program.Raw("cudnnGetTensorSizeInBytes"))(tensor, &bytes));
        Assert.Equal(new int[9], new ReadOnlySpan<int>(fields, 9).ToArray());
        Assert.Equal((nuint)0, bytes);
        Assert.Equal(2000, (int)((delegate* unmanaged<nint, nuint*, cudnnStatus_t>)program.Raw("cudnnGetTensorSizeInBytes"))(0, &bytes));
        Assert.Equal(2000, (int)((delegate* unmanaged<nint, int*, int*, int*, int*, int*, int*, int*, int*, int*, cudnnStatus_t>)program.Raw("cudnnGetTensor4dDescriptor"))(
            tensor, null, fields, fields, fields, fields, fields, fields, fields, fields));
    }

    [Fact]
    public void Descriptors_of_other_ranks_are_read_as_far_as_they_go()
    {
        using LibraryProgram program = new();
        int* extents = stackalloc int[] { 2, 3, 4, 5, 6 };
        int* strides = stackalloc int[] { 360, 120, 30, 6, 1 };
        int* read = stackalloc int[9];
        nint tensor = program.Fresh("Tensor");
        var set = (delegate* unmanaged<nint, cudnnDataType_t, int, int*, int*, cudnnStatus_t>)program.Raw("cudnnSetTensorNdDescriptor");
        var get = (delegate* unmanaged<nint, int*, int*, int*, int*, int*, int*, int*, int*, int*, cudnnStatus_t>)program.Raw("cudnnGetTensor4dDescriptor");
        var getNd = (delegate* unmanaged<nint, int, int*, int*, int*, int*, cudnnStatus_t>)program.Raw("cudnnGetTensorNdDescriptor");
        LibraryProgram.Ok(set(tensor, 0, 5, extents, strides));
        LibraryProgram.Ok(get(tensor, read, read + 1, read + 2, read + 3, read + 4, read + 5, read + 6, read + 7, read + 8));
        Assert.Equal([0, 2, 3, 4, 5], new ReadOnlySpan<int>(read, 5).ToArray());
        LibraryProgram.Ok(set(tensor, 0, 3, extents + 2, strides + 2));
        LibraryProgram.Ok(get(tensor, read, read + 1, read + 2, read + 3, read + 4, read + 5, read + 6, read + 7, read + 8));
        Assert.Equal([0, 4, 5, 6, 0], new ReadOnlySpan<int>(read, 5).ToArray());
        int type, rank;
        int* two = stackalloc int[] { 7, 7, 7, 7 };
        LibraryProgram.Ok(getNd(program.Tensor(0, false, 2, 3, 4, 5), 2, &type, &rank, two, read));
        Assert.Equal(4, rank);
        Assert.Equal([2, 3, 7, 7], new ReadOnlySpan<int>(two, 4).ToArray());
    }

    [Fact]
    public void Every_status_of_version_9_has_its_name()
    {
        using LibraryProgram program = new();
        int[] known = [0, .. Enumerable.Range(1001, 8), .. Enumerable.Range(2000, 13), .. Enumerable.Range(3000, 15), .. Enumerable.Range(4000, 7), .. Enumerable.Range(5000, 5)];
        for (int status = 0; status < 5100; status++)
        {
            string name = System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)program.Cudnn.cudnnGetErrorString((cudnnStatus_t)status))!;
            Assert.True(known.Contains(status) == (name != "CUDNN_UNKNOWN_STATUS"), $"{status}: {name}");
        }
    }
}
