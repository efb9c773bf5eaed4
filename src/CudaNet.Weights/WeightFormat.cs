namespace CudaNet.Weights;

/// <summary>What kind of file weights were read from.</summary>
public enum WeightFormat
{
    /// <summary>One safetensors file.</summary>
    Safetensors,

    /// <summary>Several files and the JSON index that names them.</summary>
    Sharded,

    /// <summary>PyTorch's zip archive of a pickle and its storages (since 1.6).</summary>
    TorchZip,

    /// <summary>PyTorch's stream of pickles followed by its storages (before 1.6).</summary>
    TorchStream,

    /// <summary>A TorchScript archive, of which only the data is read.</summary>
    TorchScript,

    /// <summary>An ONNX model, whose graph is the network.</summary>
    Onnx,
}
