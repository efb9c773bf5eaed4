using CudaNet.Engine;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cli;

/// <summary>How passes are to be run, as it was asked for.</summary>
/// <param name="Scenario"><see cref="SingleStream.Name"/> or <see cref="Offline.Name"/>.</param>
/// <param name="Lanes">Passes in flight at once.</param>
/// <param name="Binding">One of <see cref="PassPlan.Host"/>, <see cref="PassPlan.OnDevice"/>, <see cref="PassPlan.Images"/>.</param>
internal sealed record PassPlan(string Scenario, int Lanes, string Binding)
{
    public const string Host = "host", OnDevice = "device", Images = "images";

    public bool IsOffline => Scenario == Offline.Name;

    /// <exception cref="UsageException">The backend knows no such memory.</exception>
    public void RequireFor(IBackend backend)
    {
        if (Binding != Host && backend is not CudaBackend)
        {
            throw new UsageException($"the {backend.Name} backend has no --binding {Binding}: it is for GPUs");
        }
    }
}
