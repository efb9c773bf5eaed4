using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>What a pulled run allocates on the managed heap after the first of its kind: nothing. Alone, because other tests allocate.</summary>
[Collection(nameof(Alone))]
public sealed class PulledAllocationTests
{
    private const int Runs = 20;
    private static readonly string[] Names = ["layer1", "layer1.0.bn2", "input", "fc"];

    private float _sum;

    public static TheoryData<string> AllBackends => ["null", .. Backends.OnHost.Select(row => row.Data)];

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Pulling_by_names_allocates_nothing(string backend)
    {
        using Session session = Open(backend, places: 1);
        using ObserverHandle attached = session.Observe("layer2", (in Observation o) => _sum += o.Values[0]);
        Tensor small = Formula.Input(1, 3, 40, 52), large = Formula.Input(3, 3, 64, 64);
        Allocations.AssertNone(() =>
        {
            for (int i = 0; i < Runs; i++)
            {
                using (InferenceRun run = session.Start(small, Names))
                {
                    Pull(run);
                }

                using (InferenceRun run = session.Start(large, Names.AsSpan(1, 2), tag: backend))
                {
                    Pull(run);
                }
            }
        });
        Assert.NotEqual(0, _sum);
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Pulling_a_selection_allocates_nothing(string backend)
    {
        using Session session = Open(backend, places: 1);
        Tensor input = Formula.Input(1, 3, 40, 52);
        LayerSelection selection = session.Select(Names);
        Allocations.AssertNone(() =>
        {
            for (int i = 0; i < Runs; i++)
            {
                using InferenceRun run = session.Start(input, selection);
                Pull(run);
            }
        });
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Two_copies_in_flight_allocate_nothing(string backend)
    {
        using Session session = Open(backend, places: 2);
        Tensor one = Formula.Input(1, 3, 40, 52), other = Formula.Input(1, 3, 40, 52);
        session.Prepare(one.Shape, Names, copies: 2);
        Allocations.AssertNone(() =>
        {
            for (int i = 0; i < Runs; i++)
            {
                using InferenceRun first = session.Start(one, Names), second = session.Start(other, Names);
                while (first.Next(out Observation a) && second.Next(out Observation b))
                {
                    _sum += a.Values[0] + b.Values[0];
                }

                second.Complete();
            }
        });
    }

    private static Session Open(string backend, int places)
    {
        using Model model = TestModels.Tiny();
        return new Session(model, Backends.Create(backend), new InferenceOptions { MaxConcurrentRuns = places });
    }

    private void Pull(InferenceRun run)
    {
        while (run.Next(out Observation observation))
        {
            _sum += observation.Values[0];
        }

        _sum += run.Output[0];
    }
}
