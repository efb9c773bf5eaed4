using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>Batch norm, sum and ReLU on a stored value. One item is one row of one plane of 16 channels.</summary>
internal sealed unsafe class ElementwisePhase<T>(float* source, BlockedImage image, Epilogue epilogue) : StoringPhase
    where T : unmanaged, ISimd<T>
{
    private readonly Epilogue _epilogue = epilogue;

    public override int Items { get; } = checked(image.Planes * image.Height);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        (int plane, int y) = Math.DivRem(item, image.Height);
        nint start = (plane * image.PlaneStride) + image.Interior + (y * image.RowStride);
        nint end = start + ((nint)image.Width * BlockedImage.BlockChannels);
        int channel = plane % image.Blocks * BlockedImage.BlockChannels;
        for (nint pixel = start; pixel < end; pixel += BlockedImage.BlockChannels)
        {
            for (int lane = 0; lane < BlockedImage.BlockChannels; lane += T.Count)
            {
                _epilogue.Apply(T.Load(source + pixel + lane), channel + lane, pixel + lane);
            }
        }
    }
}
