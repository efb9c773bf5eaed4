using CudaNet.Engine;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Tests.Execution;

/// <summary>Sessions that share a prepared model: whoever goes last releases it, once.</summary>
public sealed class SharedModelTests : NullSessionTest
{
    [Fact]
    public void Eight_sessions_share_one_model()
    {
        PreparedModel prepared = Prepare();
        Session[] sessions = [.. Enumerable.Range(0, 8).Select(_ => new Session(prepared))];
        prepared.Dispose();
        prepared.Dispose();
        for (int i = 0; i < 8; i++)
        {
            Assert.Equal(Output(i), sessions[i].Predict(NullValues.Input(i)).Values.ToArray());
        }

        for (int i = 0; i < 8; i++)
        {
            Assert.Equal(0, Backend.Ledger.Released.Value);
            int next = i * 3 % 8;
            sessions[next].Dispose();
            sessions[next].Dispose();
        }

        Assert.Equal((1, 1), (Backend.Ledger.Prepared.Value, Backend.Ledger.Released.Value));
    }

    public static TheoryData<string> Orders => [.. Permutations("mabr")];

    /// <summary>The model, two sessions, and a run of the first.</summary>
    [Theory]
    [MemberData(nameof(Orders))]
    public void They_may_be_disposed_of_in_any_order(string order)
    {
        PreparedModel prepared = Prepare();
        Session a = new(prepared), b = new(prepared);
        InferenceRun run = a.Start(NullValues.Input(1), ["d"]);
        b.Predict(NullValues.Input(2));
        Dictionary<char, IDisposable> owners = new() { ['m'] = prepared, ['a'] = a, ['b'] = b, ['r'] = run };
        foreach (char owner in order)
        {
            Assert.Equal(0, Backend.Ledger.Released.Value);
            owners[owner].Dispose();
        }

        Assert.Equal(1, Backend.Ledger.Released.Value);
    }

    [Fact]
    public void A_model_that_is_disposed_of_takes_no_new_session()
    {
        PreparedModel prepared = Prepare();
        using Session session = new(prepared);
        prepared.Dispose();
        Assert.Throws<ObjectDisposedException>(() => new Session(prepared));
        Assert.Equal(Output(1), session.Predict(NullValues.Input(1)).Values.ToArray());
    }

    [Fact]
    public async Task Sessions_of_one_model_run_and_go_at_once()
    {
        PreparedModel prepared = Prepare();
        Session[] sessions = [.. Enumerable.Range(0, 8).Select(_ => new Session(prepared))];
        prepared.Dispose();
        await Task.WhenAll(sessions.Select((session, i) => Patience.OnThread(() =>
        {
            for (int run = 0; run < 100 * i; run++)
            {
                Assert.Equal(Output(i), session.Predict(NullValues.Input(i)).Values.ToArray());
            }

            session.Dispose();
        })));
        Assert.Equal(1, Backend.Ledger.Released.Value);
    }

    private static IEnumerable<string> Permutations(string letters) =>
        letters.Length == 1 ? [letters] : letters.SelectMany(c => Permutations(letters.Replace(c.ToString(), "", StringComparison.Ordinal)).Select(rest => c + rest));
}
