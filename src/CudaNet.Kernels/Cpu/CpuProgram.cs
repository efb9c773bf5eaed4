using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A plan ready to run.</summary>
/// <param name="Inputs">What copies the run's input to where steps read it.</param>
/// <param name="Scale">What measures the input before it is copied; null where it is copied as it is.</param>
/// <param name="Steps">In order.</param>
/// <param name="Result">What copies the output to the host.</param>
/// <param name="ObservedElements">Of the largest observed value.</param>
internal sealed record CpuProgram(HostInput[] Inputs, InputScale? Scale, LoadedStep[] Steps, HostOutput Result, int ObservedElements)
{
    public IReadOnlyList<StepChoice> Choices => [.. Steps.Select(s => s.Choice)];
}

/// <summary>A step ready to run.</summary>
/// <param name="Phases">Run one after another.</param>
/// <param name="ScaledPhases">The same where an image of the input was scaled; null where that is nothing to the step.</param>
/// <param name="Publications">The observed stages, in execution order.</param>
/// <param name="Choice">How it is computed.</param>
internal sealed record LoadedStep(StoringPhase[] Phases, StoringPhase[]? ScaledPhases, Publication[] Publications, StepChoice Choice);

/// <summary>An observed stage and what brings it to the host.</summary>
internal sealed record Publication(PlanStage Stage, HostOutput Output);
