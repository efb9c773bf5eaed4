using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>A run that its holder lost: the garbage collector gives its place back. Alone, because it collects until it is found.</summary>
[Collection(nameof(Alone))]
public sealed class ForgottenRunTests : NullSessionTest
{
    [Fact]
    public async Task A_forgotten_run_gives_its_place_back_and_says_so()
    {
        ConcurrentQueue<string> said = new();
        Session session = Open(new InferenceOptions { RunForgotten = said.Enqueue });
        Forget(session);
        Task<Tensor> waiting = Patience.OnThread(() => session.Predict(NullValues.Input(2)));
        Collect(() => session.ForgottenRuns == 1 && !said.IsEmpty);
        Assert.Equal(Output(2), (await waiting.WaitAsync(Patience.Limit)).Values.ToArray());
        Assert.Contains("'i' was forgotten", Assert.Single(said), StringComparison.Ordinal);
        Assert.Equal(1, session.ForgottenRuns);
    }

    [Fact]
    public void Its_executable_is_not_used_again()
    {
        Session session = Open(new InferenceOptions { RunForgotten = _ => { } });
        Forget(session);
        Collect(() => session.ForgottenRuns == 1);
        Assert.Equal((1, 0, 0), (Backend.Ledger.Loaded.Value, Backend.Ledger.Live, Backend.Ledger.InFlight));
        session.Predict(NullValues.Input(2));
        Assert.Equal((2, 1), (Backend.Ledger.Loaded.Value, Backend.Ledger.Live));
    }

    [Fact]
    public void Runs_that_were_ended_are_not_forgotten()
    {
        Session session = Open(places: 3);
        EndAll(session);
        for (int i = 0; i < 10; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(0, session.ForgottenRuns);
    }

    [Fact]
    public void A_session_that_is_disposed_of_is_released_when_its_forgotten_run_is_found()
    {
        Session session = Open(new InferenceOptions { RunForgotten = _ => { } });
        Forget(session);
        session.Dispose();
        Collect(() => Backend.Ledger.Released.Value == 1);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(Session session) => Patience.Elsewhere(() => session.Start(NullValues.Input(1), ["d"]).Next(out _));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void EndAll(Session session)
    {
        session.Start(NullValues.Input(1)).Dispose();
        session.Start(NullValues.Input(1)).Abandon();
        session.Predict(NullValues.Input(1));
    }

    private static void Collect(Func<bool> isFound) => Patience.Until(
        () =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return isFound();
        },
        "the run was not found");
}
