using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>A plan as it runs: the device memory, and what is queued, in order.</summary>
/// <param name="Arena">What keeps its values from run to run; allocated once the program is to run.</param>
/// <param name="Scratch">All other buffers; borrowed once the program is to run, given back before it is disposed of.</param>
/// <param name="Input">Receives the run's input as the host has it; null where it is on the device.</param>
/// <param name="InputForms">The input as steps read it.</param>
/// <param name="Steps">In order.</param>
/// <param name="PublishedBySteps">How many stages of each step are published.</param>
/// <param name="OverwritesPublished">Whether a step stores where a stage that an earlier step published may still be read.</param>
/// <param name="Publications">In order.</param>
/// <param name="Output">The graph's output.</param>
/// <param name="Host">How its values lie on the host.</param>
internal sealed record CudaProgram(
    DeviceArena Arena, DeviceArena Scratch, DeviceBuffer? Input, InputForm[] InputForms, CudaStep[] Steps, int[] PublishedBySteps, bool[] OverwritesPublished, Publication[] Publications, Publication Output, HostMemoryPlan Host) : IDisposable
{
    /// <summary>Of all buffers, on the device and on the host.</summary>
    public long Bytes => Arena.Bytes + Scratch.Bytes + Host.Bytes;

    public IReadOnlyList<StepChoice> Choices { get; } = [.. Steps.Select(s => s.Choice)];

    public void Dispose()
    {
        Array.ForEach(Steps, s => s.Dispose());
        Arena.Dispose();
    }
}
