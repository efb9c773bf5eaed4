using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>What one run takes.</summary>
/// <param name="Start">The place of its first image among all.</param>
/// <param name="Tensor">N×C×H×W.</param>
internal sealed record InputBatch(int Start, Tensor Tensor);
