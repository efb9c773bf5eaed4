namespace CudaNet.Engine;

/// <summary>Reads logits as a choice between classes. Stateless; any thread.</summary>
public static class Classification
{
    /// <summary>
    /// The <paramref name="count"/> most probable classes of one image, best first, all where there are fewer; of equals the first class leads,
    /// NaN comes last. Probabilities are the softmax in double.
    /// </summary>
    /// <param name="logits">One image's logits, a value a class.</param>
    /// <param name="count">At least 1.</param>
    public static IReadOnlyList<ClassProbability> Top(ReadOnlySpan<float> logits, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        double largest = double.NegativeInfinity;
        foreach (float logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        double sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp(logit - largest);
        }

        return [.. logits.ToArray()
            .Select((logit, index) => new ClassProbability(index, logit, Math.Exp(logit - largest) / sum))
            .OrderByDescending(c => c.Logit)
            .Take(count)];
    }
}
