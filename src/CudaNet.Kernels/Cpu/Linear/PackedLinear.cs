using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A fully connected layer's weights as [panel][input][2 · lanes] and its bias (zero where it has none), outputs padded with zeros.</summary>
internal sealed unsafe class PackedLinear
{
    /// <param name="op">The layer.</param>
    /// <param name="parameters">Null where only the size is wanted.</param>
    /// <param name="lanes">Of the SIMD width.</param>
    /// <param name="arena">Owns what is packed.</param>
    public PackedLinear(Linear op, LayerParameters? parameters, int lanes, NativeArena arena)
    {
        int panel = 2 * lanes;
        int panels = (int)(((long)op.OutFeatures + BlockedImage.BlockChannels + panel - 1) / panel);
        Inputs = op.InFeatures;
        Weights = arena.Allocate((long)panels * panel * Inputs, "packed weights").Pointer;
        Bias = arena.Allocate((long)panels * panel, "packed weights").Pointer;
        if (parameters is null)
        {
            return;
        }

        ReadOnlySpan<float> weight = parameters.Weight!.Values;
        parameters.Bias?.Values.CopyTo(new Span<float>(Bias, op.OutFeatures));
        for (int o = 0; o < op.OutFeatures; o++)
        {
            float* target = Weights + ((nint)(o / panel) * panel * Inputs) + (o % panel);
            for (int i = 0; i < Inputs; i++)
            {
                target[(nint)i * panel] = weight[checked((o * Inputs) + i)];
            }
        }
    }

    public int Inputs { get; }

    public float* Weights { get; }

    public float* Bias { get; }
}
