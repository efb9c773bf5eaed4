namespace CudaNet.Kernels.Cpu;

/// <summary>A convolution's direct sum at single pixels, in <see cref="DirectPhase{T}"/>'s order and so with its bits.</summary>
internal sealed unsafe class TileSums<T>(DirectConvolution layer, float* source, SourceGeometry from)
    where T : unmanaged, ISimd<T>
{
    private readonly nint[] _groupOffsets = DirectPhase<T>.GroupOffsets(layer, from);
    private readonly nint _groupSource = layer.Op.InChannels / layer.Op.Groups / BlockedImage.BlockChannels * from.Block;

    /// <summary>One vector of a panel's outputs, <paramref name="output"/> its first, at output pixel (y, x).</summary>
    public T Sum(int image, int y, int x, int group, int panel, int output)
    {
        float* pixel = source + from.Origin + (image * from.Image) + (y * (nint)layer.Op.Stride * from.Row) + (x * (nint)layer.Op.Stride * from.Pixel) + (group * _groupSource);
        int outputs = layer.PanelOutputs(panel);
        T total = default;
        for (int index = 0; index < layer.Reduction.Chunks.Count; index++)
        {
            TermChunk chunk = layer.Reduction.Chunks[index];
            float* weights = layer.Panel(group, chunk, panel) + output;
            T sum = default;
            for (int termGroup = 0; termGroup < chunk.Groups; termGroup++)
            {
                float* values = pixel + _groupOffsets[chunk.FirstGroup + termGroup];
                for (int term = 0; term < chunk.TermsPerGroup; term++, weights += outputs)
                {
                    sum = T.MultiplyAdd(T.Broadcast(values[term]), T.Load(weights), sum);
                }
            }

            total = index == 0 ? sum : T.Add(total, sum);
        }

        return total;
    }
}
