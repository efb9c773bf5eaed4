namespace CudaNet.Engine;

/// <summary>One weight that does not fit.</summary>
/// <param name="Name">Its full name.</param>
/// <param name="Expected">The shape the graph needs; null where the graph has no such parameter.</param>
/// <param name="Found">The shape that was given; null where it is missing.</param>
public sealed record ParameterMisfit(string Name, TensorShape? Expected, TensorShape? Found)
{
    /// <summary>One clause: name, what was expected, what was found.</summary>
    public override string ToString() => (Expected, Found) switch
    {
        ({ } expected, null) => $"{Name} ({expected}) is missing",
        (null, { } found) => $"{Name} ({found}) is not part of the model",
        _ => $"{Name} should be {Expected}, not {Found}",
    };
}

/// <summary>Weights do not fit a graph; <see cref="Misfits"/> holds every difference, the message the first hundred.</summary>
public sealed class ParameterMismatchException(IReadOnlyList<ParameterMisfit> misfits) : CudaNetException(Describe(misfits))
{
    private const int MostInMessage = 100;

    /// <summary>Every difference, in execution order, then what is left over.</summary>
    public IReadOnlyList<ParameterMisfit> Misfits { get; } = misfits;

    private static string Describe(IReadOnlyList<ParameterMisfit> misfits)
    {
        string more = misfits.Count > MostInMessage ? $"; and {misfits.Count - MostInMessage} more" : "";
        return $"the weights do not fit the model: {string.Join("; ", misfits.Take(MostInMessage))}{more}";
    }
}
