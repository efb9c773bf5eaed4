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

    /// <param name="loader">Knows the library and what was asked of it.</param>
    /// <param name="choice">How it is computed.</param>
    /// <param name="batches">In which calls; what they work in is reserved.</param>
    /// <param name="padded">The copy before it; null where there is none.</param>
    /// <param name="besideBytes">What it works in besides.</param>
    /// <param name="remark">What is said at the end.</param>
    public static StepChoice Convolution(CudaPlanLoader loader, ConvolutionChoice choice, ConvolutionBatches batches, PaddedInput? padded, long besideBytes, string remark) =>
        new($"cuDNN {choice.AlgorithmText}{batches.Cut.Text}{remark}", batches.ScratchBytes + (padded?.Bytes ?? 0) + besideBytes)
        {
            Layout = choice.FormatText,
            Arithmetic = choice.MathText,
            BatchBits = BatchBits(loader.Options.BatchBits, $"cuDNN {loader.Runtime.Context.Libraries.CudnnVersion}"),
        };

    /// <summary>How it is that an image's bits are those of the image alone, where a library computes.</summary>
    /// <param name="bits">What was asked for.</param>
    /// <param name="library">Its name, with the version where that is known.</param>
    public static string BatchBits(BatchBits bits, string library) => bits.IsChecked ? $"{bits} ({library}, this device)" : $"{bits}";
}
