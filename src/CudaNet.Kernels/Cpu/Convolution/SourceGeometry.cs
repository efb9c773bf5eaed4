using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// How a convolution walks its source, in elements: output pixel (n, y, x) at term group (block, row, column) reads 16 values from
/// origin + n·image + (y·stride + row·dilation)·row + (x·stride + column·dilation)·pixel + block·block.
/// </summary>
internal readonly record struct SourceGeometry(nint Origin, nint Image, nint Block, nint Row, nint Pixel)
{
    public static SourceGeometry Of(in BlockedImage image, Conv2d op) =>
        new(image.Interior - (op.Padding.Top * image.RowStride) - ((nint)op.Padding.Left * BlockedImage.BlockChannels), image.ImageStride, image.PlaneStride, image.RowStride, BlockedImage.BlockChannels);

    public static SourceGeometry Of(CompactInput input, Conv2d op) =>
        new(
            ((nint)(input.Halo - op.Padding.Top) * input.RowStride) + ((nint)(input.Halo - op.Padding.Left) * op.InChannels),
            input.ImageStride,
            BlockedImage.BlockChannels,
            input.RowStride,
            op.InChannels);
}
