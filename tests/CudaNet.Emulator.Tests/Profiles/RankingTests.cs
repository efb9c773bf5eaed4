using CudaNet.Emulator.Tests.Cudnn;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Native;
using Xunit;
using static CudaNet.Kernels.Cuda.Native.cudnnConvolutionFwdAlgo_t;

namespace CudaNet.Emulator.Tests.Profiles;

/// <summary>Rankings whose first entry is refused: a program that takes the first fails, one that walks down the list does not.</summary>
public sealed class RankingTests
{
    private static readonly EmulatedDeviceProfile LeaderFails = EmulatedDeviceProfile.Ampere with { LeadingAlgorithmFails = true };
    private static readonly EmulatedDeviceProfile WorkspaceFails = EmulatedDeviceProfile.Ampere with { LeadingWorkspaceFails = true };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_first_entry_succeeds_in_the_list_and_is_refused_when_it_runs(bool measured)
    {
        using OwnedConvolution program = new(LeaderFails);
        ConvolutionAlgorithm first = (measured ? program.Measure(1 << 22) : program.Cudnn.RankAlgorithms(program.Convolution))[0];
        Assert.True(first.CanRun);
        Assert.Equal(first.WorkspaceBytes, program.Cudnn.WorkspaceBytes(program.Convolution, first.Algorithm));
        CudaException refused = Assert.Throws<CudaException>(() => program.Run(first.Algorithm));
        Assert.Equal((int)cudnnStatus_t.CUDNN_STATUS_NOT_SUPPORTED, refused.Number);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_first_entry_succeeds_in_the_list_and_is_refused_when_its_workspace_is_asked_for(bool measured)
    {
        using OwnedConvolution program = new(WorkspaceFails);
        ConvolutionAlgorithm first = (measured ? program.Measure(1 << 22) : program.Cudnn.RankAlgorithms(program.Convolution))[0];
        Assert.True(first.CanRun);
        Assert.Null(program.Cudnn.WorkspaceBytes(program.Convolution, first.Algorithm));
    }

    [Theory]
    [InlineData(LibraryProgram.Version8, 9)]
    [InlineData(LibraryProgram.Version9, 3000)]
    public void What_is_refused_is_not_supported_in_the_numbers_of_the_version(int version, int notSupported)
    {
        using LibraryProgram program = new(new EmulatorOptions { CudnnVersion = version, Devices = [WorkspaceFails] });
        ConvolutionCalls calls = new(program);
        cudnnConvolutionFwdAlgoPerf_t first = calls.List()[0];
        Assert.Equal(0, (int)first.status);
        Assert.Equal(notSupported, ConvolutionCalls.WorkspaceStatus(program, cudnnDataType_t.CUDNN_DATA_FLOAT, first.algo));
        Assert.Equal(notSupported, (int)calls.Forward(first.algo, first.memory));
        Assert.Equal(0, (int)calls.Forward(CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0));
    }

    [Fact]
    public void A_walk_down_the_list_comes_to_an_entry_that_gives_the_numbers()
    {
        double[] expected = Walk(EmulatedDeviceProfile.Ampere, out int steps);
        Assert.Equal(1, steps);
        foreach (EmulatedDeviceProfile profile in (EmulatedDeviceProfile[])[LeaderFails, WorkspaceFails, LeaderFails with { LeadingWorkspaceFails = true }])
        {
            Closeness.AssertClose(expected, Walk(profile, out steps));
            Assert.True(steps > 1);
        }
    }

    /// <summary>Runs the first entry that says it can, tells its workspace, and then does.</summary>
    private static double[] Walk(EmulatedDeviceProfile profile, out int steps)
    {
        using OwnedConvolution program = new(profile);
        steps = 0;
        foreach (ConvolutionAlgorithm entry in program.Cudnn.RankAlgorithms(program.Convolution).Where(entry => entry.CanRun))
        {
            steps++;
            try
            {
                if (program.Cudnn.WorkspaceBytes(program.Convolution, entry.Algorithm) is not null)
                {
                    program.Run(entry.Algorithm);
                    return program.Result();
                }
            }
            catch (CudaException refused) when (refused.Number == (int)cudnnStatus_t.CUDNN_STATUS_NOT_SUPPORTED)
            {
                Assert.False(program.Stream.IsCapturing);
            }
        }

        Assert.Fail("no entry runs");
        return [];
    }
}
