namespace CudaNet.Weights;

/// <summary>What an ONNX file that was written holds.</summary>
public sealed record OnnxExportSummary
{
    /// <summary>The shape of the input <c>input</c>: <c>batch×3×height×width</c>, numbers where they are fixed.</summary>
    public required string Input { get; init; }

    /// <summary>Names of the outputs: the network's, then the layers that were asked for, in execution order.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    /// <summary>Batch norms that became part of a convolution.</summary>
    public required int FoldedBatchNorms { get; init; }

    /// <summary>Initialisers: the network's parameters, after folding.</summary>
    public required int TensorCount { get; init; }

    /// <summary>Values in them.</summary>
    public required long ElementCount { get; init; }

    /// <summary>The file's size.</summary>
    public required long Bytes { get; init; }
}
