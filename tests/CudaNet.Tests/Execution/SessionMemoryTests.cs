using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>What the executables of a session hold, on every backend variant.</summary>
public sealed class SessionMemoryTests
{
    public static TheoryData<string> AllBackends => Backends.All;

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Fifty_executables_share_one_set_of_weights_and_the_cache_is_bounded(string backend)
    {
        // 45 MB of weights and small images: executables that packed weights of their own would be larger than the weights.
        using Model model = TestModels.Create("resnet18");
        using Session session = new(model, Backends.Create(backend), new InferenceOptions { MaxExecutables = 50 });
        session.Prepare(new TensorShape(1, 3, 32, 32));
        long weights = session.Memory.WeightBytes;
        for (int i = 1; i < 60; i++)
        {
            using ObserverHandle handle = session.Observe(model.Graph.Nodes[i].Name, (in Observation o) => { });
            session.Prepare(new TensorShape(1, 3, 32, 32));
        }

        Assert.Equal(weights, session.Memory.WeightBytes);
        Assert.Equal(50, session.Memory.Executables);
        Assert.True(weights > 44_000_000, $"{weights} bytes of weights");
        Assert.True(session.Memory.ExecutableBytes / 50 < weights / 10, $"{session.Memory.ExecutableBytes} bytes in 50 executables beside {weights} of weights");
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void The_least_recently_used_executable_goes_with_its_memory(string backend)
    {
        using Model model = TestModels.Tiny();
        using Session session = new(model, Backends.Create(backend), new InferenceOptions { MaxExecutables = 2 });
        TensorShape a = new(1, 3, 32, 32), b = new(1, 3, 64, 64), c = new(1, 3, 33, 32);
        session.Prepare(a);
        long aBytes = session.Memory.ExecutableBytes;
        session.Prepare(b);
        long bBytes = session.Memory.ExecutableBytes - aBytes;
        session.Prepare(a);
        session.Prepare(c);
        Assert.Equal(2, session.Memory.Executables);
        Assert.True(session.Memory.ExecutableBytes < aBytes + bBytes, "the larger, b, was used longest ago");
    }
}
