namespace CudaNet.Kernels.Cpu;

/// <summary>Takes the rows of a tile's outputs as they leave the transform of its products, in any order.</summary>
internal interface ITileTarget<T>
    where T : unmanaged, ISimd<T>
{
    /// <returns>The sum of those that the tile has, likewise below: of the others nothing is known.</returns>
    T Put(int row, T y0, T y1);

    T Put(int row, T y0, T y1, T y2, T y3);
}
