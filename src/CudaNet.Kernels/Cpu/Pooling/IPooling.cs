namespace CudaNet.Kernels.Cpu;

/// <summary>How a window of 16 channels becomes one value a channel.</summary>
internal unsafe interface IPooling
{
    /// <param name="plane">The image's first pixel.</param>
    /// <param name="rowStride">Elements from row to row.</param>
    /// <param name="rows">The window's rows.</param>
    /// <param name="columns">The window's columns.</param>
    /// <param name="target">Where the 16 values go.</param>
    void Pool<T>(float* plane, nint rowStride, PoolWindow rows, PoolWindow columns, float* target)
        where T : unmanaged, ISimd<T>;
}
