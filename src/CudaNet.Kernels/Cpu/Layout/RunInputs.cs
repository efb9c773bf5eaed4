using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>The run's input in each of the layouts that steps read, made once for all that ask alike.</summary>
/// <param name="shape">N×C×H×W.</param>
/// <param name="arena">Owns the copies.</param>
internal sealed unsafe class RunInputs(TensorShape shape, NativeArena arena)
{
    private readonly List<HostInput> _inputs = [];

    /// <summary>What copies a run's input to all of them.</summary>
    /// <param name="scale">What measures it before; null where it is copied as it is.</param>
    public HostInput[] All(InputScale? scale)
    {
        _inputs.ForEach(i => i.Scale = scale);
        return [.. _inputs];
    }

    /// <summary>In blocks of 16 channels.</summary>
    public BlockedInput Blocked(int halo)
    {
        BlockedImage image = BlockedImage.Of(shape).WithHalo(halo);
        return Get(i => i.Image == image, () => new BlockedInput(arena.Allocate(image.Elements, "the input").Pointer, image));
    }

    /// <summary>As runs of neighbouring values.</summary>
    public CompactInput Compact(int halo) => Get(
        i => i.Halo == halo,
        () =>
        {
            long elements = CompactInput.Elements(shape.Batch, shape.Channels, shape.Height, shape.Width, halo);
            return new CompactInput(arena.Allocate(elements, "the input").Pointer, shape.Batch, shape.Channels, shape.Height, shape.Width, halo);
        });

    /// <summary>For windows of stride 2, in so many rows and columns of four pixels.</summary>
    public SpaceToDepthInput SpaceToDepth(Padding padding, int height, int width)
    {
        BlockedImage image = SpaceToDepthInput.ImageOf(shape, height, width);
        return Get(
            i => i.Image == image && i.Padding == padding,
            () => new SpaceToDepthInput(arena.Allocate(image.Elements, "the input").Pointer, shape, padding, image));
    }

    private TInput Get<TInput>(Func<TInput, bool> isLike, Func<TInput> make)
        where TInput : HostInput
    {
        TInput? input = _inputs.OfType<TInput>().FirstOrDefault(isLike);
        if (input is null)
        {
            input = make();
            _inputs.Add(input);
        }

        return input;
    }
}
