using System.IO.Compression;
using System.Text;
using CudaNet.Engine;
using CudaNet.Tests.Support;

namespace CudaNet.Tests.Weights;

/// <summary>The smallest file, or folder, of each row of the table of formats, by the row's name; <see cref="FormatTableTests"/> holds the two against each other.</summary>
internal static class FormatSamples
{
    private static readonly KeyValuePair<string, TensorShape>[] Shapes = [KeyValuePair.Create("a", new TensorShape(2))];

    /// <summary>Writes the sample into an empty folder and returns what to open.</summary>
    public static IReadOnlyDictionary<string, Func<TemporaryFolder, string>> All { get; } = new Dictionary<string, Func<TemporaryFolder, string>>(StringComparer.Ordinal)
    {
        ["safetensors"] = Bytes(SafetensorsBytes.Zeros(Shapes)),
        ["TorchScript archives"] = Bytes(Add(PickleBytes.Zip(Tensors(), ("0", new byte[8])), "m/constants.pkl")),
        ["PyTorch's zip archives"] = Bytes(PickleBytes.Zip(Tensors(), ("0", new byte[8]))),
        ["PyTorch's older streams of pickles"] = Bytes(File.ReadAllBytes(Repository.Data("checkpoints/legacy.pth"))),
        ["indexes of shards"] = folder =>
        {
            folder.Write("part", SafetensorsBytes.Zeros(Shapes));
            return folder.Write("index", """{"weight_map":{"a":"part"}}"""u8);
        },
        ["folders"] = folder =>
        {
            folder.Write("model.safetensors", SafetensorsBytes.Zeros(Shapes));
            return folder.Path;
        },
        ["NumPy's archives"] = Bytes(Add(null, "a.npy")),
        ["Keras archives"] = Bytes(Add(null, "config.json", "model.weights.h5")),
        ["archives around a checkpoint"] = Bytes(Add(null, "folder/resnet.PTH")),
        ["other zip archives"] = Bytes(Add(null, "a.txt")),
        ["Core ML models"] = Bytes([0x08, 4, 0x12, 2, 0x0A, 0]),
        ["ONNX models"] = Bytes(OnnxBytes.Graph(0, 3, 0, 0).Constant("w", [4, 3, 1, 1]).Node("Conv", "x w", "y").File),
        ["HDF5 files"] = Bytes([0x89, .. "HDF\r\n"u8]),
        ["NumPy arrays"] = Bytes([0x93, .. "NUMPY\x01"u8]),
        ["GGUF files"] = Bytes("GGUF\x03"),
        ["TensorFlow Lite models"] = Bytes("\x1C\0\0\0TFL3\0"),
        ["ExecuTorch programs"] = Bytes("\x1C\0\0\0ET12\0"),
        ["ONNX Runtime models"] = Bytes("\x1C\0\0\0ORTM\0"),
        ["TensorRT engines"] = Bytes("ftrt\0\0"),
        ["MATLAB files"] = Bytes("MATLAB 5.0 MAT-file, Platform: GLNXA64"),
        ["compressed files"] = Bytes([0x28, 0xB5, 0x2F, 0xFD, 0x04]),
        ["other archives"] = Bytes("Rar!\x1A\x07\x01"),
        ["tar archives"] = Bytes([.. "weights"u8, .. new byte[250], .. "ustar\0"u8]),
        ["JPEG images"] = Bytes([0xFF, 0xD8, 0xFF, 0xE0]),
        ["PNG images"] = Bytes([0x89, .. "PNG\r\n"u8]),
        ["PDF documents"] = Bytes("%PDF-1.7"),
        ["Git LFS pointers"] = Bytes("version https://git-lfs.github.com/spec/v1\noid sha256:"),
        ["web pages and XML"] = Bytes("<!DOCTYPE html>"),
        ["TensorFlow's SavedModel"] = Folder("saved_model.pb"),
        ["Core ML packages"] = Folder("Manifest.json", "Data/com.apple.CoreML/model.mlmodel"),
        ["PyTorch's distributed checkpoints"] = Folder(".metadata", "__0_0.distcp"),
    };

    private static byte[] Tensors() => PickleBytes.Dictionary("a", p => p.Tensor("0", 2, 0, [2], [1]));

    private static Func<TemporaryFolder, string> Bytes(byte[] bytes) => folder => folder.Write("sample", bytes);

    private static Func<TemporaryFolder, string> Bytes(string latin1) => Bytes(Encoding.Latin1.GetBytes(latin1));

    private static Func<TemporaryFolder, string> Folder(params string[] files) => folder =>
    {
        foreach (string file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(file))!);
            folder.Write(file, [1]);
        }

        return folder.Path;
    };

    /// <summary>An archive, or a new one, with empty entries more.</summary>
    private static byte[] Add(byte[]? archive, params string[] names)
    {
        using MemoryStream stream = new();
        stream.Write(archive ?? []);
        using (ZipArchive zip = new(stream, archive is null ? ZipArchiveMode.Create : ZipArchiveMode.Update, leaveOpen: true))
        {
            Array.ForEach(names, n => zip.CreateEntry(n));
        }

        return stream.ToArray();
    }
}
