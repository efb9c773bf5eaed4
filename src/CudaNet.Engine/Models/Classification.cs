namespace CudaNet.Engine;

/// <summary>Reads logits as a choice between classes. Stateless; any thread.</summary>
public static class Classification
{
    /// <summary>
    /// The <paramref name="count"/> most probable classes of one image, best first, all where there are fewer; of equals the first class leads,
    /// NaN comes last. Probabilities are the softmax in double. One logit alone says yes or no, as models trained with a binary cross-entropy give it:
    /// its probability is its sigmoid, where the softmax would be 1 whatever it is. The sigmoid means nothing where the output is a measure (a regression).
    /// </summary>
    /// <param name="logits">One image's logits, a value a class.</param>
    /// <param name="count">At least 1.</param>
    public static IReadOnlyList<ClassProbability> Top(ReadOnlySpan<float> logits, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (logits.Length == 1)
        {
            return [new ClassProbability(0, logits[0], 1 / (1 + Math.Exp(-(double)logits[0])))];
        }

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

    /// <summary>The same where the network gives probabilities itself (its last layer is <see cref="Softmax"/>): none is computed again.</summary>
    /// <param name="probabilities">One image's probabilities, a value a class.</param>
    /// <param name="count">At least 1.</param>
    public static IReadOnlyList<ClassProbability> TopOfProbabilities(ReadOnlySpan<float> probabilities, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return [.. probabilities.ToArray().Select((probability, index) => new ClassProbability(index, probability, probability)).OrderByDescending(c => c.Logit).Take(count)];
    }
}
