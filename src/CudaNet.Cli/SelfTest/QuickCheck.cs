using CudaNet.Engine;

namespace CudaNet.Cli.SelfTest;

/// <summary>Whether a backend computes: every layer of a small network against the reference.</summary>
/// <param name="WhyNot">Why it does not, or what is wrong; null where all is right.</param>
/// <param name="Layers">How many layers were compared.</param>
/// <param name="Error">The largest difference, of its layer's largest magnitude.</param>
/// <param name="Bound">What is allowed.</param>
/// <param name="PassText">How passes reach the device, where the backend has several ways and runs.</param>
internal sealed record QuickCheck(string? WhyNot, int Layers, double Error, double Bound, string? PassText = null)
{
    private static readonly TensorShape Input = new(1, 16, 17, 14);

    /// <param name="create">Makes the backend; what it throws is the answer.</param>
    public static QuickCheck Run(Func<IBackend> create)
    {
        try
        {
            IBackend backend = create();
            using BlockNetwork network = new(Input.Channels, 10);
            using Session session = new(network.Model, backend);
            Tensor input = BlockNetwork.Input(Input);

            // The first pass warms up; the second one goes as all later ones do.
            BlockNetwork.All(session, input);
            Dictionary<string, Tensor> actual = BlockNetwork.All(session, input);
            (string Layer, TensorComparison Result)[] layers =
                [.. network.Reference(input).Select(e => (e.Key, TensorComparison.Compare(actual[e.Key], e.Value, backend.Tolerance)))];
            string[] wrong = [.. layers.Where(l => !l.Result.Passed).Select(l => $"layer {l.Layer} of a small network is {l.Result}")];
            return new QuickCheck(wrong.FirstOrDefault(), layers.Length, layers.Max(l => l.Result.MaxErrorOfLargest), backend.Tolerance.OfLargest, session.Loaded[^1].PassText);
        }
        catch (CudaNetException exception)
        {
            return new QuickCheck(exception.Hint is null ? exception.Message : $"{exception.Message}. {exception.Hint}", 0, double.NaN, double.NaN);
        }
    }

    public override string ToString() => WhyNot is null
        ? FormattableString.Invariant($"right: {Layers} layers of a small network within {Error:g2} of the reference, {Bound:g2} allowed")
        : $"no: {WhyNot}";
}
