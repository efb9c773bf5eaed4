using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>A stage of a step that an observer gets.</summary>
/// <param name="Stage">Which.</param>
/// <param name="Kind">Which stage of the step's epilogue it is.</param>
/// <param name="Index">Which of the step's observed stages: its array of <see cref="HostStages"/>.</param>
internal sealed record PublishedStage(PlanStage Stage, EpilogueStage Kind, int Index)
{
    /// <summary>Its values.</summary>
    public int Elements { get; } = checked((int)Stage.Shape.ElementCount);
}
