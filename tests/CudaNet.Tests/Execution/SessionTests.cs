using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>What a session promises about values whatever ends a run, on every backend variant.</summary>
public sealed class SessionTests
{
    public static TheoryData<string> AllBackends => Backends.All;

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void A_throwing_callback_ends_its_run_and_nothing_else(string backend)
    {
        using Session session = Open(backend);
        Tensor input = Formula.Input(1, 3, 40, 52);
        float[] expected = session.Predict(input).Values.ToArray();
        using (session.Observe("layer2", (in Observation o) => throw new InvalidDataException("mine")))
        {
            Assert.Equal("mine", Assert.Throws<InvalidDataException>(() => session.Predict(input)).Message);
        }

        Assert.Equal(expected, session.Predict(input).Values.ToArray());
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void A_cancelled_run_ends_between_steps_and_the_session_stays_usable(string backend)
    {
        using Session session = Open(backend);
        Tensor input = Formula.Input(1, 3, 40, 52);
        float[] expected = session.Predict(input).Values.ToArray();
        using CancellationTokenSource source = new();
        int after = 0;
        using (session.Observe("layer2", (in Observation o) => source.Cancel()))
        using (session.Observe("layer4", (in Observation o) => after++))
        {
            Assert.Throws<OperationCanceledException>(() => session.Predict(input, source.Token));
        }

        Assert.Equal(0, after);
        Assert.Equal(expected, session.Predict(input).Values.ToArray());
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public async Task Many_threads_may_run_observe_and_detach_at_once(string backend)
    {
        using Session session = Open(backend);
        Tensor[] inputs = [Formula.Input(1, 3, 40, 52), Formula.Input(2, 3, 33, 47)];
        float[][] expected = [.. inputs.Select(i => session.Predict(i).Values.ToArray())];
        string[] layers = ["layer1", "layer2.0.bn1", "global_pool", "input"];
        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, (worker, cancellation) =>
        {
            for (int i = 0; i < 10; i++)
            {
                using ObserverHandle handle = session.Observe(layers[(worker + i) % layers.Length], (in Observation o) => Assert.False(o.Values.IsEmpty));
                int which = (worker + i) % inputs.Length;
                Assert.Equal(expected[which], session.Predict(inputs[which], cancellation).Values.ToArray());
            }

            return ValueTask.CompletedTask;
        });
    }

    [Theory]
    [MemberData(nameof(AllBackends))]
    public void Shapes_that_do_not_fit_are_named(string backend)
    {
        using Session session = Open(backend);
        Assert.Throws<ShapeException>(() => session.Predict(Formula.Input(1, 4, 40, 40)));
        Assert.Throws<ShapeException>(() => session.Predict(new Tensor(new TensorShape(3, 40, 40), new float[4800])));
        ShapeException exception = Assert.Throws<ShapeException>(() => session.Run(Formula.Input(2, 3, 40, 40), new float[5]));
        Assert.Contains("2×5", exception.Message, StringComparison.Ordinal);
    }

    private static Session Open(string backend)
    {
        using Model model = TestModels.Tiny();
        return new Session(model, Backends.Create(backend));
    }
}
