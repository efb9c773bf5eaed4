using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary><c>cuGetErrorName</c> and <c>cuGetErrorString</c>.</summary>
public sealed unsafe class ErrorNameTests
{
    [Fact]
    public void Every_result_has_its_name_and_a_description()
    {
        using var host = new DriverHost(isReady: false);
        foreach (CUresult result in Enum.GetValues<CUresult>())
        {
            byte* name;
            byte* text;
            Assert.Equal(CUDA_SUCCESS, host.Api.cuGetErrorName(result, &name));
            Assert.Equal(CUDA_SUCCESS, host.Api.cuGetErrorString(result, &text));
            Assert.Equal(result.ToString(), Marshal.PtrToStringUTF8((nint)name));
            Assert.NotEmpty(Marshal.PtrToStringUTF8((nint)text)!);
        }
    }

    [Fact]
    public void An_unknown_result_has_neither()
    {
        using var host = new DriverHost(isReady: false);
        byte placeholder;
        byte* name = &placeholder;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuGetErrorName((CUresult)12345, &name));
        Assert.True(name == null);
        name = &placeholder;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuGetErrorString((CUresult)12345, &name));
        Assert.True(name == null);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuGetErrorName(CUDA_SUCCESS, null));
    }
}
