using CudaNet.Kernels.Cuda.Native;
using Xunit;

namespace CudaNet.Emulator.Tests.Planted;

/// <summary>One launch of a planted kernel <c>(const float* x, float* y, int n)</c>, with what it computed or what was found.</summary>
internal sealed record KernelRun(float[] Output, CUresult Status, IReadOnlyList<Finding> Findings)
{
    /// <summary>Random orders under which each fault is looked for.</summary>
    private const int Seeds = 8;

    /// <summary>The kernel computes what it should, and its mutant is found, under every seed.</summary>
    /// <param name="launch">The kernel and its launch.</param>
    /// <param name="expected">y, element by element.</param>
    /// <param name="status">What the synchronisation after the mutant answers.</param>
    /// <param name="kind">What is found.</param>
    /// <param name="facts">What the message says, besides the kernel's name.</param>
    public static void Bites(KernelLaunchCase launch, Func<int, float> expected, CUresult status, FindingKind kind, params string[] facts)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            KernelRun correct = Of(launch, mutant: false, seed);
            Assert.Empty(correct.Findings);
            Assert.Equal(CUresult.CUDA_SUCCESS, correct.Status);
            Assert.Equal(Enumerable.Range(0, launch.Outputs).Select(expected), correct.Output);

            KernelRun mutant = Of(launch, mutant: true, seed);
            Finding finding = Assert.Single(mutant.Findings);
            Assert.Equal(kind, finding.Kind);
            Assert.Contains($"'{launch.Kernel}'", finding.Message, StringComparison.Ordinal);
            Assert.All(facts, fact => Assert.True(finding.Message.Contains(fact, StringComparison.Ordinal), $"no '{fact}' in: {finding}"));
            Assert.Equal(status, mutant.Status);
        }
    }

    /// <summary>x is 1, 2, 3, …; y starts as zeros, or as the poison of new memory where the launch says so.</summary>
    public static KernelRun Of(KernelLaunchCase launch, bool mutant, int seed = 1)
    {
        using DeviceProgram program = new(seed, launch.Options);
        nint kernel = program.Kernel(mutant ? $"{launch.Module}.mutant" : launch.Module, launch.Kernel);
        ulong x = program.Upload([.. Enumerable.Range(1, launch.Inputs).Select(i => (float)i)]);
        ulong y = launch.Cleared ? program.Upload(new float[launch.Outputs]) : program.Allocate(launch.Outputs);
        program.Ok(program.TryLaunch(kernel, launch.Blocks, launch.Threads, launch.SharedBytes, 0, x, y, (ulong)launch.N));
        CUresult status;
        unsafe
        {
            status = program.Driver.cuCtxSynchronize();
        }

        return new KernelRun(status == CUresult.CUDA_SUCCESS ? program.Download(y, launch.Outputs) : [], status, [.. program.Findings]);
    }
}
