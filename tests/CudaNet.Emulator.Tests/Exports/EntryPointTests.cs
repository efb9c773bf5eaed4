using System.Reflection;
using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;
using CudaNet.Emulator.Exports;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>What stands between the frames of the program that calls and the emulator.</summary>
public sealed class EntryPointTests
{
    public static TheoryData<string> Libraries => ["Driver", "Cudnn", "Cublas", "CublasLt"];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Each_entry_point_catches_whatever_is_thrown(string library)
    {
        MethodInfo[] entries = typeof(DriverEntryPoints).Assembly.GetType($"CudaNet.Emulator.Exports.{library}EntryPoints")!.GetMethods(BindingFlags.Public | BindingFlags.Static);
        Assert.True(entries.Length > 20, $"{entries.Length} entry points");
        Assert.All(entries, entry =>
        {
            Assert.NotNull(entry.GetCustomAttribute<UnmanagedCallersOnlyAttribute>());
            Assert.Contains(entry.GetMethodBody()!.ExceptionHandlingClauses, c => c.Flags == ExceptionHandlingClauseOptions.Clause && c.CatchType == typeof(Exception));
        });
    }

    [Fact]
    public unsafe void What_is_not_implemented_says_so()
    {
        using EmulatedMachine machine = new();
        var create = (delegate* unmanaged<void*, void*, CUresult>)machine.Libraries.Driver.Find("cuArrayCreate_v2");
        Assert.Equal(CUresult.CUDA_ERROR_NOT_SUPPORTED, create(null, null));
        Finding finding = Assert.Single(machine.Findings);
        Assert.Equal(FindingKind.Unsupported, finding.Kind);
        Assert.StartsWith("cuArrayCreate_v2 is not implemented", finding.Message, StringComparison.Ordinal);
    }

    /// <summary>The legacy stream cannot be captured, the thread's own can; and a call after a twin's has the legacy one again.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public unsafe void A_twin_means_the_thread_s_own_stream_by_none(int way)
    {
        using EmulatedMachine machine = new();
        using CudaContext context = new(CudaLibraries.From(machine.Libraries.Driver).Devices[0]);
        context.Enter();
        IExportSource driver = machine.Libraries.Driver;
        nint twin = way == 0 ? driver.Find("cuStreamBeginCapture_v2_ptsz") : ProcAddresses.Find("cuStreamBeginCapture", 13000, 13000, 2, out _);
        var begin = (delegate* unmanaged<nint, CUstreamCaptureMode, CUresult>)driver.Find("cuStreamBeginCapture_v2");
        var beginOwn = (delegate* unmanaged<nint, CUstreamCaptureMode, CUresult>)twin;
        var endOwn = (delegate* unmanaged<nint, nint*, CUresult>)driver.Find("cuStreamEndCapture_ptsz");
        var destroy = (delegate* unmanaged<nint, CUresult>)driver.Find("cuGraphDestroy");
        nint graph;
        Assert.NotEqual(CUresult.CUDA_SUCCESS, begin(0, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED));
        Assert.Equal(CUresult.CUDA_SUCCESS, beginOwn(0, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED));
        Assert.Equal(CUresult.CUDA_SUCCESS, endOwn(0, &graph));
        Assert.Equal(CUresult.CUDA_SUCCESS, destroy(graph));
        Assert.NotEqual(CUresult.CUDA_SUCCESS, begin(0, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED));
        Assert.NotEqual(CUresult.CUDA_SUCCESS, beginOwn(1, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED));
    }

    [Fact]
    public void A_failure_is_a_finding()
    {
        using EmulatedMachine machine = new();
        EmulatorFailure.Find("cuInit", new InvalidOperationException("planted"));
        Finding finding = Assert.Single(machine.Findings);
        Assert.Equal(FindingKind.Emulator, finding.Kind);
        Assert.Contains("cuInit failed inside the emulator: InvalidOperationException: planted", finding.Message, StringComparison.Ordinal);
    }
}
