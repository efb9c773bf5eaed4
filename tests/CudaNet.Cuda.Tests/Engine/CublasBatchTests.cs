using System.Runtime.InteropServices;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>A classifier by cuBLAS keeps its bits in a batch as convolutions do.</summary>
public sealed class CublasBatchTests
{
    public static TheoryData<ArithmeticPrecision> Precisions => [.. Enum.GetValues<ArithmeticPrecision>()];

    [Theory]
    [MemberData(nameof(Precisions))]
    public void Sums_that_depend_on_the_batch_are_found_and_cut(ArithmeticPrecision precision)
    {
        foreach ((BatchBits bits, string parts) in ((BatchBits, string)[])[(BatchBits.Checked, ", 3 images a call"), (BatchBits.Chunk(2), ", 2 images a call"), (BatchBits.Ignore, "")])
        {
            using EmulatedMachine machine = new();
            CudaLibraries variant = CudaLibraries.From(machine.Libraries.Driver, new BatchVariantCublas(machine.Libraries.Cublas), cudnn: machine.Libraries.Cudnn);
            CudaBackend backend = new(new CudaOptions { Precision = precision, BatchBits = bits, Linear = CudaLinear.Cublas, Libraries = variant });
            using (Model model = Model())
            using (Session session = new(model, backend))
            {
                const int Batch = 5;
                float[][] together = [.. session.Predict(Input(Batch)).Values.ToArray().Chunk(Outputs)];
                bool same = true;
                for (int i = 0; i < Batch; i++)
                {
                    same &= MemoryMarshal.AsBytes(together[i].AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(session.Predict(Input(1, i)).Values));
                }

                Assert.Equal(bits != BatchBits.Ignore, same);
                StepChoice choice = backend.Measure(Planner.Plan(model.Graph, Input(Batch).Shape, [], backend.Layout)).Choices[^1];
                Assert.Equal($"cuBLAS GemmEx{parts}", choice.Algorithm);
            }

            machine.AssertClean();
        }
    }

    private const int Channels = 64, Outputs = 32;

    private static Tensor Input(int batch, int first = 0)
    {
        Tensor all = Formula.Input(first + batch, Channels, 1, 1);
        return new Tensor(new TensorShape(batch, Channels, 1, 1), all.Values[(first * Channels)..].ToArray());
    }

    private static Model Model()
    {
        GraphBuilder graph = new(Channels);
        graph.Add("fc", new Linear(Channels, Outputs), graph.Add("pool", new GlobalAveragePool(), graph.Input));
        return Networks.Create(graph.Build());
    }
}
