namespace CudaNet.Cli.SelfTest;

/// <summary>Plain loops in double: what library calls and kernels without a reference operator are held against.</summary>
internal static class Rows
{
    /// <summary>Probabilities of one row.</summary>
    public static IEnumerable<double> Softmax(float[] row)
    {
        double largest = row.Max();
        double sum = row.Sum(v => Math.Exp(v - largest));
        return row.Select(v => Math.Exp(v - largest) / sum);
    }

    /// <summary>y[n,o] = alpha · Σ x[n,i] · w[o,i] + beta · y[n,o].</summary>
    /// <param name="x">(N, I).</param>
    /// <param name="w">(O, I).</param>
    /// <param name="inputs">I.</param>
    /// <param name="alpha">Of the sums.</param>
    /// <param name="beta">Of what was there.</param>
    /// <param name="before">(N, O); empty where beta is 0.</param>
    public static double[] Product(ReadOnlySpan<float> x, ReadOnlySpan<float> w, int inputs, double alpha, double beta = 0, ReadOnlySpan<float> before = default)
    {
        int outputs = w.Length / inputs;
        double[] y = new double[x.Length / inputs * outputs];
        for (int i = 0; i < y.Length; i++)
        {
            (int n, int o) = Math.DivRem(i, outputs);
            ReadOnlySpan<float> left = x.Slice(n * inputs, inputs), right = w.Slice(o * inputs, inputs);
            double sum = 0;
            for (int j = 0; j < inputs; j++)
            {
                sum += (double)left[j] * right[j];
            }

            y[i] = (alpha * sum) + (beta == 0 ? 0 : beta * before[i]);
        }

        return y;
    }
}
