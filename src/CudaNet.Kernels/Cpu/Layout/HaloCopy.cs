namespace CudaNet.Kernels.Cpu;

/// <summary>Copies a stored value to where it has a wider halo, for convolutions that pad by more than the stored one. One item is one plane.</summary>
internal sealed unsafe class HaloCopy(float* source, BlockedImage from, float* destination, BlockedImage to) : StoringPhase
{
    public override int Items { get; } = from.Planes;

    protected override void Compute(int item, int worker)
    {
        float* start = source + (item * from.PlaneStride) + from.Interior;
        float* target = destination + (item * to.PlaneStride) + to.Interior;
        long rowBytes = (long)from.Width * BlockedImage.BlockChannels * sizeof(float);
        for (int y = 0; y < from.Height; y++)
        {
            Buffer.MemoryCopy(start + (y * from.RowStride), target + (y * to.RowStride), rowBytes, rowBytes);
        }
    }
}
