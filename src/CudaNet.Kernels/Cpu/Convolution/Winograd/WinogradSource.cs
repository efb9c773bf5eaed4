using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Where a Winograd convolution reads: as a convolution of stride 1 that pads by <paramref name="top"/> and <paramref name="left"/>, whatever the layer's own stride is;
/// and where the terms of the layer's direct sum lie, in their order, relative to the pixel of a window's first tap.
/// </summary>
internal sealed unsafe class WinogradSource(float* values, BlockedImage image, int top, int left, nint[] terms)
{
    public float* Values => values;

    public BlockedImage Image => image;

    public int Top => top;

    public int Left => left;

    /// <summary>Elements of a term from the pixel of a window's first tap.</summary>
    public ReadOnlySpan<nint> Terms => terms;

    /// <summary>A value in blocks of channels.</summary>
    public static WinogradSource Of(float* source, BlockedImage image, DirectConvolution layer)
    {
        ReductionPlan reduction = layer.Reduction;
        nint[] terms = new nint[reduction.Terms];
        foreach (TermChunk chunk in reduction.Chunks)
        {
            for (int i = 0; i < chunk.Terms; i++)
            {
                (int group, int term) = Math.DivRem(i, chunk.TermsPerGroup);
                TermGroup at = reduction.Groups[chunk.FirstGroup + group];
                terms[chunk.FirstTerm + i] = (at.Block * image.PlaneStride) + (at.Row * image.RowStride) + (at.Column * (nint)BlockedImage.BlockChannels) + term;
            }
        }

        return new WinogradSource(source, image, layer.Op.Padding.Top, layer.Op.Padding.Left, terms);
    }

    /// <summary>The run's input, where every tap of a window is one of four pixels of <see cref="SpaceToDepthInput"/>.</summary>
    public static WinogradSource Of(SpaceToDepthInput input, DirectConvolution layer)
    {
        Conv2d op = layer.Op;
        BlockedImage image = input.Image;
        nint[] terms = new nint[layer.Reduction.Terms];
        for (int term = 0; term < terms.Length; term++)
        {
            (int rest, int column) = Math.DivRem(layer.Reduction.FilterOffsets[term], op.KernelWidth);
            (int channel, int row) = Math.DivRem(rest, op.KernelHeight);
            terms[term] = (row / 2 * image.RowStride) + (column / 2 * (nint)BlockedImage.BlockChannels) + SpaceToDepthInput.Lane(channel, row, column);
        }

        return new WinogradSource(input.Destination, image, top: 0, left: 0, terms);
    }
}
