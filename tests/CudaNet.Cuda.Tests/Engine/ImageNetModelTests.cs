using CudaNet.Data;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>A network that came as ONNX, its padding another on each side, on the emulated device: every node beside the numbers that were computed in double.</summary>
public sealed class ImageNetModelTests
{
    [Theory]
    [InlineData("chelsea.png")]
    [InlineData("rocket.jpg")]
    public void Every_node_is_what_was_computed_in_double(string photograph)
    {
        using Model model = ModelFile.Open(ImageNetModel.Network, new ModelFileOptions { Preprocess = ImageNetModel.Preprocessing });
        using EmulatedMachine machine = new();
        CudaBackend backend = machine.Backend(new CudaOptions { Precision = ArithmeticPrecision.Float32 });
        using (Session session = new(model, backend))
        {
            Tensor image = new Preprocessor(model.Metadata.Preprocessing!).Load([Repository.File($"samples/{photograph}")]);
            ImageNetModel.AssertSame(photograph, model, session.Extract(image, [.. model.Graph.Layers.Select(l => l.Name)]), backend.Tolerance);
        }

        Assert.Empty(machine.Findings);
    }
}
