using CudaNet.Engine;
using CudaNet.Kernels.Reference;

namespace CudaNet.Cli.SelfTest;

/// <summary>A whole model on one input: every layer against the reference, and the same bits pass after pass, in each precision.</summary>
internal static class ModelChecks
{
    /// <param name="model">Kept open as long as the checks.</param>
    /// <param name="input">N×C×H×W.</param>
    /// <param name="isEmulated">Whether the device exists in host memory only, where passes take long.</param>
    public static IEnumerable<Check> All(Model model, Tensor input, bool isEmulated)
    {
        Lazy<IReadOnlyDictionary<string, Tensor>> reference = new(() => Reference(model, input));
        int passes = PassBits.Repeats(isEmulated);
        return from precision in Enum.GetValues<ArithmeticPrecision>()
               from check in (Check[])
                   [
                       new($"model, {Format.Plural(model.Graph.Layers.Count(), "layer")}", precision.ShortName(), $"{input.Shape}", d => EveryLayer(d, precision, model, input, reference.Value)),
                       new($"model, equal bits over {Format.Plural(passes, "pass", "es")}", precision.ShortName(), $"{input.Shape}", d => EqualBits(d, precision, model, input, passes)),
                   ]
               select check;
    }

    private static Dictionary<string, Tensor> Reference(Model model, Tensor input)
    {
        using Session session = new(model, new ReferenceBackend());
        return BlockNetwork.All(session, input);
    }

    private static Outcome EveryLayer(TestDevice device, ArithmeticPrecision precision, Model model, Tensor input, IReadOnlyDictionary<string, Tensor> expected)
    {
        using Session session = device.Open(model, precision);
        Dictionary<string, Tensor> actual = BlockNetwork.All(session, input);
        Bound bound = Bound.Library(precision);
        return Outcome.Worst([.. expected.Select(e => Named(e.Key, bound.Judge(e.Value.Values, actual[e.Key].Values)))]);
    }

    private static Outcome EqualBits(TestDevice device, ArithmeticPrecision precision, Model model, Tensor input, int passes)
    {
        Session session = device.Open(model, precision);
        using HostLane lane = new(session, input, session.Select([]), CancellationToken.None);
        return Outcome.Expect(PassBits.AreEqual([lane], (int)session.OutputShape(input.Shape).ElementCount, passes), "two passes of one input have different bits");
    }

    private static Outcome Named(string layer, Outcome outcome) => outcome.Reason is null ? outcome : outcome with { Reason = $"{layer}: {outcome.Reason}" };
}
