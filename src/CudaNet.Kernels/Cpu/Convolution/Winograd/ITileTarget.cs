namespace CudaNet.Kernels.Cpu;

/// <summary>Takes the rows of a tile's outputs as they leave the transform of its products, in any order.</summary>
internal interface ITileTarget<T>
    where T : unmanaged, ISimd<T>
{
    void Put(int row, T y0, T y1);

    void Put(int row, T y0, T y1, T y2, T y3);
}
