using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A plan ready to run.</summary>
/// <param name="Scale">What measures the input before it is copied; null where it is copied as it is.</param>
/// <param name="Parts">The batch in parts of one or two sizes, in order, each through the plan's first steps before the next; none where all steps run on the whole batch.</param>
/// <param name="Rest">The steps that run on the whole batch.</param>
/// <param name="Result">What copies the output to the host.</param>
/// <param name="Choices">Of all steps of the plan.</param>
/// <param name="Host">Where observed stages go.</param>
internal sealed record CpuProgram(InputScale? Scale, BatchParts[] Parts, LoadedSteps Rest, HostOutput Result, StepChoice[] Choices, HostStages Host);

/// <summary>Parts of the batch of one size.</summary>
/// <param name="Count">How many.</param>
/// <param name="Images">Of each.</param>
/// <param name="Loaded">What they go through.</param>
/// <param name="Gather">Brings the value that they leave with to its place in the whole batch's.</param>
internal sealed record BatchParts(int Count, int Images, LoadedSteps Loaded, PartCopy Gather);

/// <summary>Steps of a plan, one after the other, for some number of images.</summary>
/// <param name="Inputs">What copies the images of the run's input to where the steps read them.</param>
/// <param name="Steps">In order.</param>
internal sealed record LoadedSteps(HostInput[] Inputs, LoadedStep[] Steps);

/// <summary>A step ready to run.</summary>
/// <param name="Index">Its place in the plan.</param>
/// <param name="Phases">Run one after another.</param>
/// <param name="ScaledPhases">The same where an image of the input was scaled; null where that is nothing to the step.</param>
/// <param name="Published">The observed stages, in execution order: on the host when the phases have run.</param>
/// <param name="WorkspaceBytes">What it works in.</param>
/// <param name="IsFolded">Whether the step before computes it, too.</param>
internal sealed record LoadedStep(int Index, StoringPhase[] Phases, StoringPhase[]? ScaledPhases, PublishedStage[] Published, long WorkspaceBytes, bool IsFolded);
