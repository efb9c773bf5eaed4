using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>Waits where what follows must not throw.</summary>
internal static class Quiescence
{
    private const int Attempts = 3;

    /// <summary>Returns when nothing is in flight. A wait that fails is tried again: what would be freed under the work of a device is worse than a late answer.</summary>
    public static void Quiesce(this CudaStream stream)
    {
        for (int attempt = 0; attempt < Attempts && stream.Context.Device.Fault is null; attempt++)
        {
            try
            {
                stream.Synchronize();
                return;
            }
            catch (CudaNetException)
            {
                // Whoever queued the work has thrown already, or the next call will.
            }
        }
    }
}
