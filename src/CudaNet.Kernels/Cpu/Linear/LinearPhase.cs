using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// y = x · weightᵀ + bias. One item is one panel of two vectors of outputs, for the whole batch, so that the panel is read from memory once. Sums run
/// over chunks of <see cref="ChunkTerms"/> inputs, each from zero, added in order.
/// </summary>
internal sealed unsafe class LinearPhase<T>(float* source, BlockedImage from, PackedLinear layer, float* destination, BlockedImage to) : StoringPhase
    where T : unmanaged, ISimd<T>
{
    private const int ChunkTerms = 128;

    /// <summary>Panels over the outputs padded to blocks of 16: the padding is computed too, from zero weights.</summary>
    public override int Items { get; } = ((to.Blocks * BlockedImage.BlockChannels) + (2 * T.Count) - 1) / (2 * T.Count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        int first = item * 2 * T.Count;
        float* panel = layer.Weights + ((nint)first * layer.Inputs);
        bool hasSecond = first + T.Count < to.Blocks * BlockedImage.BlockChannels;
        for (int image = 0; image < to.Batch; image++)
        {
            float* target = destination + (image * to.ImageStride) + first;
            Sums(source + (image * from.ImageStride), panel, out T low, out T high);
            T.Store(T.Add(low, T.Load(layer.Bias + first)), target);
            if (hasSecond)
            {
                T.Store(T.Add(high, T.Load(layer.Bias + first + T.Count)), target + T.Count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sums(float* features, float* panel, out T low, out T high)
    {
        T total0 = T.Broadcast(0), total1 = total0;
        for (int start = 0; start < layer.Inputs; start += ChunkTerms)
        {
            T sum0 = T.Broadcast(0), sum1 = sum0;
            int end = Math.Min(start + ChunkTerms, layer.Inputs);
            for (int i = start; i < end; i++, panel += 2 * T.Count)
            {
                T value = T.Broadcast(features[i]);
                T.Accumulate(ref sum0, value, T.Load(panel));
                T.Accumulate(ref sum1, value, T.Load(panel + T.Count));
            }

            total0 = T.Add(total0, sum0);
            total1 = T.Add(total1, sum1);
        }

        (low, high) = (total0, total1);
    }
}
