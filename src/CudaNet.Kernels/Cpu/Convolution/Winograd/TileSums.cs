using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>A convolution's direct sum at single pixels, in <see cref="DirectPhase{T}"/>'s order and so with its bits.</summary>
internal sealed unsafe class TileSums<T>(DirectConvolution layer, WinogradSource source)
    where T : unmanaged, ISimd<T>
{
    private readonly BlockedImage _from = source.Image;
    private readonly nint _groupSource = layer.GroupBlocks * source.Image.PlaneStride;

    /// <summary>One vector of a panel's outputs, <paramref name="output"/> its first, at output pixel (y, x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public T Sum(int image, int y, int x, int group, int panel, int output)
    {
        float* pixel = source.Values + _from.Interior + (image * _from.ImageStride) + ((y - source.Top) * _from.RowStride) + ((x - source.Left) * (nint)BlockedImage.BlockChannels) + (group * _groupSource);
        int outputs = layer.PanelOutputs(panel);
        T total = default;
        for (int index = 0; index < layer.Reduction.Chunks.Count; index++)
        {
            TermChunk chunk = layer.Reduction.Chunks[index];
            float* weights = layer.Panel(group, chunk, panel) + output;
            T sum = default;
            foreach (nint term in source.Terms.Slice(chunk.FirstTerm, chunk.Terms))
            {
                T.Accumulate(ref sum, T.Broadcast(pixel[term]), T.Load(weights));
                weights += outputs;
            }

            total = index == 0 ? sum : T.Add(total, sum);
        }

        return total;
    }
}
