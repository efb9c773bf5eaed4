using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>The native calls of a pass of ResNet-18, call by call, every one of them: none is superfluous. <c>docs/cuda-backend.md</c> has the picture.</summary>
public sealed class CallCountTests
{
    /// <summary>20 convolutions, of which 3 are shortcuts' and have no epilogue of their own; two pools, the classifier, and the input's change of order.</summary>
    private static readonly Dictionary<string, long> Bare = new()
    {
        ["cuCtxPushCurrent_v2"] = 1,
        ["cuCtxPopCurrent_v2"] = 1,
        ["cuMemcpyHtoDAsync_v2"] = 1,
        ["cudnnConvolutionForward"] = 20,
        ["cuLaunchKernel"] = 1 + 17 + 2 + 1,
        ["cuMemcpyDtoHAsync_v2"] = 1,
        ["cuStreamSynchronize"] = 1,
    };

    [Theory]
    [InlineData(ArithmeticPrecision.Float32)]
    [InlineData(ArithmeticPrecision.TensorFloat32)]
    [InlineData(ArithmeticPrecision.Float16)]
    [InlineData(ArithmeticPrecision.BFloat16)]
    public void A_pass_without_observers(ArithmeticPrecision precision) => AssertCalls(precision, [], Bare);

    /// <summary>An activation is stored anyway: its change of order, its copy, the mark behind that and the wait for it, in a call of the run.</summary>
    [Fact]
    public void An_observed_activation() => AssertCalls(ArithmeticPrecision.Float16, ["layer2.0.act1"], Observed(layers: 1, steps: 1, launches: 1));

    /// <summary>Convolution, batch norm and sum are stored by the step's own epilogue: no launch more than their change of order.</summary>
    [Fact]
    public void All_stages_of_a_step() =>
        AssertCalls(ArithmeticPrecision.Float32, ["layer2.0.conv2", "layer2.0.bn2", "layer2.0.add", "layer2.0.act2"], Observed(layers: 4, steps: 1, launches: 4));

    /// <summary>A shortcut's batch norm is applied where it is added; an observer has it computed beside.</summary>
    [Fact]
    public void An_observed_shortcut() => AssertCalls(ArithmeticPrecision.Float32, ["layer2.0.downsample.1"], Observed(layers: 1, steps: 1, launches: 2));

    /// <param name="layers">That are observed.</param>
    /// <param name="steps">That they are of: each forks the copies off and says when they have ended, and the pass's end waits for the last.</param>
    /// <param name="launches">More than without them.</param>
    private static Dictionary<string, long> Observed(int layers, int steps, int launches) => new(Bare)
    {
        ["cuLaunchKernel"] = Bare["cuLaunchKernel"] + launches,
        ["cuMemcpyDtoHAsync_v2"] = 1 + layers,
        ["cuEventRecord"] = layers + (2 * steps),
        ["cuStreamWaitEvent"] = steps + 1,
        ["cuEventSynchronize"] = layers,
    };

    private static void AssertCalls(ArithmeticPrecision precision, string[] layers, Dictionary<string, long> expected)
    {
        using EmulatedMachine machine = new();
        using (Model model = TestModels.Create("resnet18"))
        using (Session session = new(model, machine.Backend(new CudaOptions { Precision = precision, Graph = CudaGraphs.Off })))
        {
            foreach (string layer in layers)
            {
                session.Observe(layer, (in Observation _) => { });
            }

            Tensor input = Formula.Input(1, 3, 32, 32);
            float[] logits = new float[10];
            session.Run(input, logits);
            Dictionary<string, long> actual = machine.CallsOf(() => session.Run(input, logits));
            Assert.Equal(expected.OrderBy(c => c.Key, StringComparer.Ordinal), actual.OrderBy(c => c.Key, StringComparer.Ordinal));
        }

        machine.AssertClean();
    }
}
