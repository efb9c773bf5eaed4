namespace CudaNet.Kernels.Cpu;

/// <summary>What all tiles of rows that share a panel, or two, are multiplied by, and where the sums go.</summary>
/// <param name="weights">[group · term][outputs].</param>
/// <param name="second">Elements to the second panel; 0 where there is one.</param>
/// <param name="outputs">Of a panel: one or two vectors, two where there are two panels.</param>
/// <param name="groups">Groups of terms.</param>
/// <param name="terms">Terms of each group that count, at most 16.</param>
/// <param name="secondSums">Elements from a panel's sums to the second's.</param>
/// <param name="accumulate">Add to the sums that are there, or store.</param>
/// <param name="nextStep">Bytes a term of what is fetched into the second-level cache meanwhile, for each panel.</param>
/// <param name="nextSecond">Bytes from what is fetched for a panel to what is for the second.</param>
internal readonly unsafe struct PanelProduct(float* weights, nint second, int outputs, int groups, int terms, nint secondSums, bool accumulate, nint nextStep, nint nextSecond)
{
    public float* Weights { get; } = weights;

    public nint Second { get; } = second;

    public int Outputs { get; } = outputs;

    public int Groups { get; } = groups;

    public int Terms { get; } = terms;

    public nint SecondSums { get; } = secondSums;

    public bool Accumulate { get; } = accumulate;

    public nint NextStep { get; } = nextStep;

    public nint NextSecond { get; } = nextSecond;
}
