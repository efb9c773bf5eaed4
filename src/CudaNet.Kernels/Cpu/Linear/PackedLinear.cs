using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A fully connected layer's weights as [panel][input][2 · lanes] and its bias (zero where it has none), outputs padded with zeros.</summary>
internal sealed unsafe class PackedLinear
{
    public PackedLinear(Linear op, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, int lanes, NativeArena arena)
    {
        int panel = 2 * lanes;
        int panels = (int)(((long)op.OutFeatures + BlockedImage.BlockChannels + panel - 1) / panel);
        Inputs = op.InFeatures;
        Weights = arena.Allocate((long)panels * panel * Inputs, "packed weights").Pointer;
        Bias = arena.Allocate((long)panels * panel, "packed weights").Pointer;
        bias.CopyTo(new Span<float>(Bias, op.OutFeatures));
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
