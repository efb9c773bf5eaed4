using System.Text;
using CudaNet.Emulator.Exports;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary><c>cuGetProcAddress</c>: a base name and a version give the newest interface that is not newer.</summary>
public sealed unsafe class ProcAddressTests
{
    [Theory]
    [InlineData("cuInit", 13000, "cuInit")]
    [InlineData("cuMemAlloc", 2000, "cuMemAlloc")]
    [InlineData("cuMemAlloc", 3020, "cuMemAlloc_v2")]
    [InlineData("cuMemAlloc", 12000, "cuMemAlloc_v2")]
    [InlineData("cuGraphExecUpdate", 10020, "cuGraphExecUpdate")]
    [InlineData("cuGraphExecUpdate", 11080, "cuGraphExecUpdate")]
    [InlineData("cuGraphExecUpdate", 12000, "cuGraphExecUpdate_v2")]
    [InlineData("cuCtxCreate", 3020, "cuCtxCreate_v2")]
    [InlineData("cuCtxCreate", 12050, "cuCtxCreate_v4")]
    [InlineData("cuStreamBeginCapture", 10000, "cuStreamBeginCapture")]
    [InlineData("cuStreamBeginCapture", 10010, "cuStreamBeginCapture_v2")]
    [InlineData("cuStreamGetCaptureInfo", 11030, "cuStreamGetCaptureInfo_v2")]
    [InlineData("cuStreamGetCaptureInfo", 12030, "cuStreamGetCaptureInfo_v3")]
    [InlineData("cuGraphInstantiate", 10000, "cuGraphInstantiate")]
    [InlineData("cuGraphInstantiate", 11000, "cuGraphInstantiate_v2")]
    [InlineData("cuGraphInstantiate", 12000, "cuGraphInstantiateWithFlags")]
    [InlineData("cuGetProcAddress", 11030, "cuGetProcAddress")]
    [InlineData("cuGetProcAddress", 12000, "cuGetProcAddress_v2")]
    [InlineData("cuDeviceGetUuid", 9020, "cuDeviceGetUuid")]
    [InlineData("cuDeviceGetUuid", 13000, "cuDeviceGetUuid_v2")]
    [InlineData("cuEventElapsedTime", 12080, "cuEventElapsedTime_v2")]
    public void A_version_chooses_the_interface(string name, int version, string export)
    {
        using var host = new DriverHost(isReady: false);
        Assert.Equal(CUDA_SUCCESS, Ask(host, name, version, 0, out nint address, out CUdriverProcAddressQueryResult status));
        Assert.Equal(host.Find(export), address);
        Assert.Equal(CUdriverProcAddressQueryResult.CU_GET_PROC_ADDRESS_SUCCESS, status);
    }

    [Theory]
    [InlineData("cuNoSuchFunction", 13000, 1)]
    [InlineData("cuMemAlloc_v2", 13000, 1)]
    [InlineData("cuFuncLoad", 11000, 2)]
    public void What_is_not_there_is_null_and_a_success_that_says_why(string name, int version, int why)
    {
        using var host = new DriverHost(isReady: false);
        Assert.Equal(CUDA_SUCCESS, Ask(host, name, version, 0, out nint address, out CUdriverProcAddressQueryResult status));
        Assert.Equal(0, address);
        Assert.Equal((CUdriverProcAddressQueryResult)why, status);
    }

    [Fact]
    public void A_driver_does_not_hand_out_what_is_newer_than_itself()
    {
        using var host = new DriverHost(new EmulatorOptions { DriverVersion = 12040 }, isReady: false);
        Ask(host, "cuEventElapsedTime", 13000, 0, out nint elapsed, out _);
        Assert.Equal(host.Find("cuEventElapsedTime"), elapsed);
    }

    [Fact]
    public void Functions_with_a_default_stream_for_each_thread_are_given_where_they_are_asked_for()
    {
        using var host = new DriverHost(isReady: false);
        Ask(host, "cuLaunchKernel", 13000, 2, out nint launch, out CUdriverProcAddressQueryResult status);
        Assert.Equal(host.Find("cuLaunchKernel_ptsz"), launch);
        Assert.Equal(CUdriverProcAddressQueryResult.CU_GET_PROC_ADDRESS_SUCCESS, status);
        Ask(host, "cuMemcpyHtoD", 13000, 2, out nint copy, out _);
        Assert.Equal(host.Find("cuMemcpyHtoD_v2_ptds"), copy);
        Ask(host, "cuMemcpyHtoD", 13000, 1, out nint plain, out _);
        Assert.Equal(host.Find("cuMemcpyHtoD_v2"), plain);
        Ask(host, "cuStreamCreate", 13000, 2, out nint create, out _);
        Assert.Equal(host.Find("cuStreamCreate"), create);
    }

    [Fact]
    public void Arguments_that_make_no_sense_are_invalid()
    {
        using var host = new DriverHost(isReady: false);
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, Ask(host, "cuInit", 13000, 3, out _, out _));
        void* address;
        Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuGetProcAddress_v2(null, &address, 13000, 0, null));
        fixed (byte* name = "cuInit\0"u8)
        {
            Assert.Equal(CUDA_ERROR_INVALID_VALUE, host.Api.cuGetProcAddress_v2(name, null, 13000, 0, null));
            Assert.Equal(CUDA_SUCCESS, host.Api.cuGetProcAddress_v2(name, &address, 13000, 0, null));
        }
    }

    [Fact]
    public void The_old_form_answers_not_found()
    {
        using var host = new DriverHost(isReady: false);
        void* address;
        fixed (byte* name = "cuNoSuchFunction\0"u8)
        {
            Assert.Equal(CUDA_ERROR_NOT_FOUND, host.Api.cuGetProcAddress(name, &address, 13000, 0));
        }

        Assert.True(address == null);
    }

    private static CUresult Ask(DriverHost host, string name, int version, ulong flags, out nint address, out CUdriverProcAddressQueryResult status)
    {
        void* found = null;
        CUdriverProcAddressQueryResult why = default;
        CUresult result;
        fixed (byte* bytes = Encoding.UTF8.GetBytes(name + '\0'))
        {
            result = host.Api.cuGetProcAddress_v2(bytes, &found, version, flags, &why);
        }

        address = (nint)found;
        status = why;
        return result;
    }
}
