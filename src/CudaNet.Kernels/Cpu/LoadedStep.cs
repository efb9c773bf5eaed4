using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A step ready to run.</summary>
/// <param name="Phases">Run one after another.</param>
/// <param name="Publications">The observed stages, in execution order.</param>
/// <param name="Choice">How it is computed.</param>
internal sealed record LoadedStep(ParallelWork[] Phases, Publication[] Publications, StepChoice Choice);

/// <summary>An observed stage and what brings it to the host.</summary>
internal sealed record Publication(PlanStage Stage, HostOutput Output);
