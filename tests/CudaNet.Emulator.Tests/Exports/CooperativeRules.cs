using System.Globalization;
using CudaNet.Emulator.Exports;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.CUresult;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>The ways to launch blocks that wait for each other, and what becomes of them in a plain launch.</summary>
public sealed unsafe class CooperativeRules
{
    private const uint Blocks = 20;

    /// <summary>Each block adds 1 to the counter and waits until all have, then takes what the next one stored; the last one out clears the counter's rest.</summary>
    private const string Text = """
        .version 7.0
        .target sm_80
        .address_size 64
        .visible .entry around(.param .u64 values, .param .u64 counter)
        {
            .reg .pred %p;
            .reg .b32 %block, %blocks, %seen, %target, %value;
            .reg .b64 %base, %address, %counter;
            ld.param.u64 %base, [values];
            ld.param.u64 %counter, [counter];
            mov.u32 %block, %ctaid.x;
            mov.u32 %blocks, %nctaid.x;
            mul.wide.u32 %address, %block, 4;
            add.u64 %address, %address, %base;
            add.u32 %value, %block, 100;
            st.global.u32 [%address], %value;
            atom.add.release.gpu.global.u32 %seen, [%counter], 1;
            div.u32 %target, %seen, %blocks;
            mad.lo.u32 %target, %target, %blocks, %blocks;
        WAIT:
            ld.acquire.gpu.global.u32 %seen, [%counter]; // the place of the wait
            setp.lt.u32 %p, %seen, %target;
            @%p bra WAIT;
            add.u32 %block, %block, 1;
            rem.u32 %block, %block, %blocks;
            mul.wide.u32 %address, %block, 4;
            add.u64 %address, %address, %base;
            ld.global.u32 %value, [%address];
            st.global.u32 [%address+4096], %value;
            ret;
        }
        """;

    [Theory]
    [InlineData("cuLaunchCooperativeKernel", false)]
    [InlineData("cuLaunchKernelEx", false)]
    [InlineData("cuLaunchCooperativeKernel", true)]
    [InlineData("cuLaunchKernelEx", true)]
    public void Blocks_of_a_cooperative_launch_wait_for_each_other_also_from_a_graph(string name, bool isCaptured)
    {
        for (int seed = 1; seed <= 4; seed++)
        {
            using var host = new DriverHost(new EmulatorOptions { Seed = seed });
            (nint kernel, ulong memory) = Prepare(host);
            nint stream = host.Stream();
            if (isCaptured)
            {
                nint graph, exec;
                DriverHost.Ok(host.Api.cuStreamBeginCapture_v2(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
                DriverHost.Ok(Launch(host, name, kernel, memory, stream));
                DriverHost.Ok(host.Api.cuStreamEndCapture(stream, &graph));
                DriverHost.Ok(host.Api.cuGraphInstantiateWithFlags(&exec, graph, 0));
                DriverHost.Ok(host.Api.cuGraphLaunch(exec, stream));
                DriverHost.Ok(host.Api.cuGraphLaunch(exec, stream));
            }
            else
            {
                DriverHost.Ok(Launch(host, name, kernel, memory, stream));
                DriverHost.Ok(Launch(host, name, kernel, memory, stream));
            }

            uint* values = (uint*)host.Pinned(Blocks * 4);
            DriverHost.Ok(host.Api.cuMemcpyDtoHAsync_v2(values, memory + 4096, Blocks * 4, stream));
            DriverHost.Ok(host.Api.cuStreamSynchronize(stream));
            Assert.Equal(Enumerable.Range(100, (int)Blocks).Select(value => (uint)value), new ReadOnlySpan<uint>(values, (int)Blocks).ToArray());
            Assert.Empty(host.Machine.Findings);
        }
    }

    [Theory]
    [InlineData("cuLaunchKernel")]
    [InlineData("cuLaunchKernelEx, not cooperative")]
    public void In_a_plain_launch_they_are_found_where_they_wait(string name)
    {
        using var host = new DriverHost();
        (nint kernel, ulong memory) = Prepare(host);
        DriverHost.Ok(Launch(host, name, kernel, memory, 0));
        Assert.Equal(CUDA_ERROR_LAUNCH_TIMEOUT, host.Api.cuCtxSynchronize());
        Finding finding = Assert.Single(host.Machine.Findings);
        Assert.Equal(FindingKind.Hang, finding.Kind);
        int line = 1 + Array.FindIndex(Text.Split('\n'), text => text.Contains("the place of the wait", StringComparison.Ordinal));
        string place = string.Create(CultureInfo.InvariantCulture, $@"kernel 'around', PTX line {line} \(ld\.acquire\.gpu\.global\.u32\), block \(\d+, 0, 0\), thread \(0, 0, 0\): .* cooperative launch");
        Assert.Matches(place, finding.Message);
    }

    private static (nint Kernel, ulong Memory) Prepare(DriverHost host)
    {
        DriverHost.Ok(host.Load(Text, out nint module));
        DriverHost.Ok(host.Function(module, "around", out nint kernel));
        ulong memory = host.Allocate(12288);
        DriverHost.Ok(host.Api.cuMemsetD8_v2(memory, 0, 12288));
        DriverHost.Ok(host.Api.cuCtxSynchronize());
        return (kernel, memory);
    }

    private static CUresult Launch(DriverHost host, string name, nint kernel, ulong memory, nint stream)
    {
        ulong counter = memory + 8192;
        void** parameters = stackalloc void*[] { &memory, &counter };
        switch (name)
        {
            case "cuLaunchKernel":
                return host.Api.cuLaunchKernel(kernel, Blocks, 1, 1, 1, 1, 1, 0, stream, parameters, null);
            case "cuLaunchCooperativeKernel":
                return host.Api.cuLaunchCooperativeKernel(kernel, Blocks, 1, 1, 1, 1, 1, 0, stream, parameters);
            default:
                CUlaunchAttribute attribute = new() { id = CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_COOPERATIVE, value = name == "cuLaunchKernelEx" ? 1 : 0 };
                CUlaunchConfig config = new()
                {
                    gridDimX = Blocks,
                    gridDimY = 1,
                    gridDimZ = 1,
                    blockDimX = 1,
                    blockDimY = 1,
                    blockDimZ = 1,
                    hStream = stream,
                    attrs = &attribute,
                    numAttrs = 1,
                };
                return host.Api.cuLaunchKernelEx(&config, kernel, parameters, null);
        }
    }
}
