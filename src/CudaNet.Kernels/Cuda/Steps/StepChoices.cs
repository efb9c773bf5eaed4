using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>Choices of steps that one of CudaNet's own kernels computes.</summary>
internal static class StepChoices
{
    /// <param name="step">The step.</param>
    /// <param name="group">Which kernels.</param>
    /// <param name="layout">Of the plan's values.</param>
    public static StepChoice Kernel(PlanStep step, string group, StorageLayout layout) =>
        new($"{group} kernel", 0) { Layout = step.Output.Shape.Rank == 4 ? layout.Name : "rows", Arithmetic = "fp32 sums", BatchBits = "by construction" };

    /// <summary>How it is that an image's bits are those of the image alone, where a library computes.</summary>
    /// <param name="bits">What was asked for.</param>
    /// <param name="library">Its name, with the version where that is known.</param>
    public static string BatchBits(BatchBits bits, string library) => bits.IsChecked ? $"{bits} ({library}, this device)" : $"{bits}";
}
