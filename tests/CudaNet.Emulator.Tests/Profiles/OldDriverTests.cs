using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Tests.Profiles;

/// <summary>A driver of CUDA 11.0: a program that needs what is newer does not start, one that asks what is there does its work.</summary>
public sealed class OldDriverTests
{
    private static readonly EmulatorOptions Old = new() { DriverVersion = 11000 };

    [Theory]
    [InlineData("cuEventRecordWithFlags")]
    [InlineData("cuEventRecordWithFlags_ptsz")]
    [InlineData("cuFuncLoad")]
    [InlineData("cuFuncIsLoaded")]
    [InlineData("cuFuncGetName")]
    [InlineData("cuFuncGetParamInfo")]
    [InlineData("cuGraphUpload")]
    [InlineData("cuGraphInstantiateWithFlags")]
    [InlineData("cuGetProcAddress")]
    public void It_lacks_what_is_newer_and_a_program_that_needs_that_is_told_its_name(string newer)
    {
        using EmulatedMachine machine = new(Old);
        NativeExports exports = new(machine.Libraries.Driver);
        Assert.NotEqual(0, exports.Required("cuEventRecord"));
        Assert.NotEqual(0, exports.Required("cuFuncGetAttribute"));
        Assert.Equal(0, exports.Optional(newer));
        exports.ThrowIfIncomplete();
        Assert.Equal(0, exports.Required(newer));
        Assert.Contains(newer, Assert.Throws<CudaNetException>(exports.ThrowIfIncomplete).Message, StringComparison.Ordinal);
        using EmulatedMachine today = new();
        Assert.NotEqual(0, new NativeExports(today.Libraries.Driver).Optional(newer));
    }

    [Fact]
    public void A_program_that_asks_what_is_there_captures_launches_and_measures()
    {
        using EmulatedMachine machine = new(Old);
        CudaLibraries cuda = machine.Libraries.Load();
        Assert.Equal(new Version(11, 0), cuda.DriverVersion);
        using (CudaContext context = new(cuda.Devices[0]))
        using (CudaStream stream = new(context))
        using (CudaModule module = new(context, File.ReadAllText(Repository.File("tests/CudaNet.Emulator.Tests/data/planted/memory.ptx")), "memory.ptx"))
        using (DeviceMemory x = new(context, 4 * sizeof(float)), y = new(context, 4 * sizeof(float)))
        using (CudaEvent start = new(context, timing: true), end = new(context, timing: true))
        {
            CudaKernel twice = module.GetKernel("double_all");
            stream.Upload<float>([1, 2, 3, 4], x);
            using StreamCapture capture = stream.BeginCapture();
            twice.Launch(stream, LaunchShape.For(4, 4), x, y, 4);
            using CudaGraph graph = capture.End();
            using CudaGraphExec exec = graph.Instantiate();
            exec.Upload(stream);
            stream.Record(start);
            exec.Launch(stream);
            stream.Record(end);
            end.Synchronize();
            Assert.True(end.ElapsedMs(start) >= 0);
            float[] values = new float[4];
            stream.Download<float>(y, values);
            Assert.Equal([2, 4, 6, 8], values);
            Assert.False(exec.TryUpdate(graph));
        }

        Assert.Equal((1, 0), (machine.Calls.Count("cuGraphInstantiate_v2"), machine.Calls.Count("cuGraphUpload")));
        Assert.Empty(machine.Findings);
        Assert.Empty(machine.Leaks);
    }
}
