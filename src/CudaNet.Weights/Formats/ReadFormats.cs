namespace CudaNet.Weights;

/// <summary>The rows of <see cref="FileFormats"/> that are read.</summary>
internal static class ReadFormats
{
    /// <summary>Files. Safetensors goes first, as its header's length may look like anything: 640 is 80 02, the start of a pickle.</summary>
    public static IReadOnlyList<ReadFormat> Files { get; } =
    [
        new()
        {
            Name = "safetensors",
            What = "a safetensors file",
            Format = WeightFormat.Safetensors,
            How = "memory-mapped; fp32 tensors are views of the map",
            Recognises = SafetensorsReader.HasHeader,
            Resembles = source => source.Start.Length > SafetensorsReader.LengthBytes && source.Start[SafetensorsReader.LengthBytes] == '{',
            Reader = source => SafetensorsReader.Read(source.Bytes),
            HasEntries = false,
            UsualNames = ["*.safetensors.index.json", "model.safetensors", "*.safetensors"],
        },
        new()
        {
            Name = "TorchScript archives",
            What = "a TorchScript archive",
            Format = WeightFormat.TorchScript,
            How = "parameters and buffers as data; their code is read as data too, and held against the network",
            Recognises = source => TorchZipReader.IsCheckpoint(source) && TorchZipReader.HasCode(source),
            Reader = source => TorchZipReader.Read(source, WeightFormat.TorchScript),
            HasEntries = true,
            UsualNames = [],
        },
        new()
        {
            Name = "PyTorch's zip archives",
            What = "a PyTorch checkpoint",
            Format = WeightFormat.TorchZip,
            How = "`torch.save` since 1.6: entries where they lie in the file, fp32 as views; deflated ones as bounded copies; whole pickled modules as data",
            Recognises = TorchZipReader.IsCheckpoint,
            Reader = source => TorchZipReader.Read(source, WeightFormat.TorchZip),
            HasEntries = true,
            UsualNames = ["pytorch_model.bin.index.json", "pytorch_model.bin"],
        },
        new()
        {
            Name = "PyTorch's older streams of pickles",
            What = "a PyTorch checkpoint from before 1.6",
            Format = WeightFormat.TorchStream,
            How = "`torch.save` before 1.6: the same, without the archive; and a state dict that `pickle.dump` wrote",
            Recognises = source => TorchStreamReader.IsPickle(source.Start),
            Reader = source => TorchStreamReader.Read(source.Bytes, source.StateDict),
            HasEntries = true,
            UsualNames = [],
        },
        new()
        {
            Name = "ONNX models",
            What = "an ONNX model",
            Format = WeightFormat.Onnx,
            How = "the file's own graph, node by node; fp32 tensors are views of the map, also those of external files beside it",
            Recognises = OnnxReader.IsOnnx,
            Reader = OnnxReader.Read,
            HasEntries = false,
            UsualNames = ["model.onnx", "*.onnx"],
        },
        new()
        {
            Name = "indexes of shards",
            What = "an index of shards, or other JSON",
            Format = WeightFormat.Sharded,
            How = "`*.index.json`: the shards named in it, which must lie in its own folder",
            Recognises = source => source.Start.TrimStart(" \t\r\n"u8).StartsWith("{"u8),
            Reader = ShardedReader.Read,
            HasEntries = false,
            LeadsToOthers = true,
            UsualNames = [],
        },
    ];

    /// <summary>Folders: one with weights is read, whatever lies beside them; of any other this row says what is missing, where none refuses it by name.</summary>
    public static IReadOnlyList<ReadFormat> Folders { get; } =
    [
        new()
        {
            Name = "folders",
            What = "a folder",
            Format = null,
            How = "the first file under a usual name, by its content",
            Recognises = FolderReader.HasWeights,
            Resembles = source => source.IsFolder,
            Reader = FolderReader.Read,
            HasEntries = true,
            LeadsToOthers = true,
            UsualNames = [],
        },
    ];
}
