using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>Versions, texts and handles in both generations.</summary>
public sealed unsafe class VersionTests
{
    [Fact]
    public void Each_generation_has_its_own_version_checks_and_only_9_the_last_error()
    {
        using LibraryProgram eight = new(new EmulatorOptions { CudnnVersion = LibraryProgram.Version8 });
        Assert.Equal((nuint)8907, eight.Cudnn.cudnnGetVersion());
        Assert.True(eight.Cudnn.cudnnOpsInferVersionCheck != null && eight.Cudnn.cudnnGraphVersionCheck == null && eight.Cudnn.cudnnGetLastErrorString == null);
        Assert.Equal(0, (int)eight.Cudnn.cudnnCnnInferVersionCheck());
        using LibraryProgram nine = new();
        Assert.Equal((nuint)91900, nine.Cudnn.cudnnGetVersion());
        Assert.True(nine.Cudnn.cudnnOpsInferVersionCheck == null && nine.Cudnn.cudnnGetLastErrorString != null);
        Assert.Equal(0, (int)nine.Cudnn.cudnnGraphVersionCheck());
    }

    [Theory]
    [InlineData(LibraryProgram.Version8, 3, "CUDNN_STATUS_BAD_PARAM")]
    [InlineData(LibraryProgram.Version8, 9, "CUDNN_STATUS_NOT_SUPPORTED")]
    [InlineData(LibraryProgram.Version8, 2000, "CUDNN_UNKNOWN_STATUS")]
    [InlineData(LibraryProgram.Version9, 2000, "CUDNN_STATUS_BAD_PARAM")]
    [InlineData(LibraryProgram.Version9, 1002, "CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH")]
    [InlineData(LibraryProgram.Version9, 3, "CUDNN_UNKNOWN_STATUS")]
    public void A_status_has_the_name_of_its_generation(int version, int status, string name)
    {
        using LibraryProgram program = new(new EmulatorOptions { CudnnVersion = version });
        Assert.Equal(name, Marshal.PtrToStringUTF8((nint)program.Cudnn.cudnnGetErrorString((cudnnStatus_t)status)));
    }

    [Fact]
    public void The_last_error_is_cut_to_size_and_reading_clears_it()
    {
        using LibraryProgram program = new();
        byte* text = stackalloc byte[64];
        Assert.Equal(2000, (int)program.Cudnn.cudnnSetTensor4dDescriptor(0, 0, 0, 1, 1, 1, 1));
        program.Cudnn.cudnnGetLastErrorString(text, 8);
        Assert.Equal(7, Marshal.PtrToStringUTF8((nint)text)!.Length);
        program.Cudnn.cudnnGetLastErrorString(text, 64);
        Assert.Equal(string.Empty, Marshal.PtrToStringUTF8((nint)text));
    }

    [Theory]
    [InlineData(LibraryProgram.Version8, 1, 3)]
    [InlineData(LibraryProgram.Version9, 1001, 2000)]
    public void Without_a_context_there_is_no_handle_and_null_is_a_bad_parameter(int version, int notInitialised, int badParameter)
    {
        using EmulatedMachine machine = new(new EmulatorOptions { CudnnVersion = version });
        CudnnApi cudnn = new(new NativeExports(machine.Libraries.Cudnn));
        nint handle = 42;
        Assert.Equal(notInitialised, (int)cudnn.cudnnCreate(&handle));
        Assert.Equal(0, handle);
        Assert.Equal(badParameter, (int)cudnn.cudnnCreate(null));
        Assert.Equal(badParameter, (int)cudnn.cudnnSetStream(0, 0));
        Assert.Equal(0, (int)cudnn.cudnnDestroy(0));
        int count = 7;
        Assert.Equal(badParameter, (int)cudnn.cudnnGetConvolutionForwardAlgorithmMaxCount(0, &count));
        Assert.Equal(7, count);
    }

    [Fact]
    public void A_handle_under_another_context_or_after_its_destruction_is_found()
    {
        using LibraryProgram program = new();
        LibraryProgram.Ok(program.Driver.cuCtxSetCurrent(0));
        int count;
        Assert.Equal(5003, (int)program.Cudnn.cudnnGetConvolutionForwardAlgorithmMaxCount(program.Handle, &count));
        LibraryProgram.Ok(program.Driver.cuCtxSetCurrent(program.Context));
        LibraryProgram.Ok(program.Cudnn.cudnnDestroy(program.Handle));
        Assert.Equal(2000, (int)program.Cudnn.cudnnSetStream(program.Handle, program.Stream));
        Assert.Equal(2, program.Machine.Findings.Count(finding => finding.Kind == FindingKind.Handle));
    }

    [Fact]
    public void An_injected_failure_is_answered_in_cudnns_words()
    {
        using LibraryProgram program = new();
        program.Machine.Faults.Add(FaultInjection.OfCall("cudnnSetStream", program.Machine.Calls.Count("cudnnSetStream") + 1));
        Assert.Equal(5001, (int)program.Cudnn.cudnnSetStream(program.Handle, program.Stream));
        Assert.Equal(0, (int)program.Cudnn.cudnnSetStream(program.Handle, program.Stream));
    }
}
