using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>What a run allocates on the managed heap, all threads counted: nothing. Alone, because other tests allocate.</summary>
[Collection(nameof(Alone))]
public sealed class AllocationTests
{
    private const int Runs = 20;

    public static TheoryData<string> AllBackends => Backends.OnHost;

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Run_allocates_nothing_once_resident(string backend)
    {
        using Session session = Open(backend);
        float sum = 0;
        foreach (string layer in (string[])["layer1", "layer1.0.bn2", "input", "fc"])
        {
            session.Observe(layer, (in Observation o) => sum += o.Values[0]);
        }

        Tensor small = Formula.Input(1, 3, 40, 52), large = Formula.Input(3, 3, 64, 64);
        float[] one = new float[5], three = new float[15];
        Allocations.AssertNone(() =>
        {
            for (int i = 0; i < Runs; i++)
            {
                session.Run(small, one);
                session.Run(large, three);
            }
        });
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Prepare_leaves_nothing_for_the_first_run(string backend)
    {
        float[] logits = new float[5];
        int size = 32;
        using Session session = Open(backend);
        session.Run(Formula.Input(1, 3, size, size), logits);
        Tensor input = Formula.Input(1, 3, size, size);
        Allocations.AssertNone(
            () => session.Run(input, logits),
            before: () =>
            {
                size++;
                input = Formula.Input(1, 3, size, size);
                session.Prepare(input.Shape);
            });
    }

    private static Session Open(string backend)
    {
        using Model model = TestModels.Tiny();
        return new Session(model, Backends.Create(backend));
    }
}
