using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>Choices of steps that one of CudaNet's own kernels computes.</summary>
internal static class StepChoices
{
    /// <param name="step">The step.</param>
    /// <param name="group">Which kernels.</param>
    /// <param name="layout">Of the plan's values.</param>
    public static StepChoice Kernel(PlanStep step, string group, StorageLayout layout) =>
        new($"{group} kernel", 0) { Layout = step.Output.Shape.Rank == 4 ? layout.Name : "rows", Arithmetic = "fp32 sums" };
}
