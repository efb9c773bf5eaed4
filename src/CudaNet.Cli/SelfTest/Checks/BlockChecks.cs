using CudaNet.Engine;

namespace CudaNet.Cli.SelfTest;

/// <summary>The engine's own steps: a small network with a residual block, pooling and head, against the reference; again with every layer observed.</summary>
internal static class BlockChecks
{
    private const int Channels = 64;
    private static readonly TensorShape Input = new(2, Channels, 17, 14);

    public static IEnumerable<Check> All() =>
        from precision in Enum.GetValues<ArithmeticPrecision>()
        from check in (Check[])
            [
                new("network, every layer", precision.ShortName(), $"{Input}", d => EveryLayer(d, precision)),
                new("network, bits whatever is observed", precision.ShortName(), $"{Input}", d => Observed(d, precision)),
                new("network, bits of each run", precision.ShortName(), $"{Input}", d => Repeated(d, precision)),
            ]
        select check;

    private static Outcome EveryLayer(TestDevice device, ArithmeticPrecision precision) => OnDevice(device, precision, (network, session, input) =>
    {
        Dictionary<string, Tensor> expected = network.Reference(input);
        Dictionary<string, Tensor> actual = BlockNetwork.All(session, input);
        Bound bound = Bound.Library(precision);
        return Outcome.Worst([.. expected.Select(e => bound.Judge(e.Value.Values, actual[e.Key].Values))]);
    });

    private static Outcome Observed(TestDevice device, ArithmeticPrecision precision) => OnDevice(device, precision, (_, session, input) =>
    {
        Tensor bare = session.Predict(input);
        Dictionary<string, Tensor> all = BlockNetwork.All(session, input);
        return Outcome.Worst([Bound.Exact.Judge(bare.Values, all[BlockNetwork.Head].Values), .. all.Select(one =>
        {
            Tensor? alone = null;
            using ObserverHandle observer = session.Observe(one.Key, (in Observation o) => alone = new Tensor(o.Shape, o.Values.ToArray()));
            Outcome logits = Bound.Exact.Judge(bare.Values, session.Predict(input).Values);
            return Outcome.Worst(logits, Bound.Exact.Judge(one.Value.Values, alone!.Values));
        })]);
    });

    private static Outcome Repeated(TestDevice device, ArithmeticPrecision precision) => OnDevice(device, precision, (_, session, input) =>
    {
        Tensor first = session.Predict(input);
        return Outcome.Worst([.. Enumerable.Range(0, 10).Select(_ => Bound.Exact.Judge(first.Values, session.Predict(input).Values))]);
    });

    private static Outcome OnDevice(TestDevice device, ArithmeticPrecision precision, Func<BlockNetwork, Session, Tensor, Outcome> check)
    {
        using BlockNetwork network = new(Channels, 10);
        using Session session = device.Open(network.Model, precision);
        return check(network, session, BlockNetwork.Input(Input));
    }
}
