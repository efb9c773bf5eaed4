using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A step ready to run.</summary>
/// <param name="Phases">Run one after another.</param>
/// <param name="Publications">The observed stages, in execution order.</param>
internal sealed record LoadedStep(ParallelWork[] Phases, Publication[] Publications);

/// <summary>An observed stage and what brings it to the host.</summary>
internal sealed record Publication(PlanStage Stage, HostOutput Output);
