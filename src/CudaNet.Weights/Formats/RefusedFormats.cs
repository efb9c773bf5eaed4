using System.Text;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>The rows of <see cref="FileFormats"/> that are told by name, so that the message says what to do.</summary>
internal static class RefusedFormats
{
    private const string Elsewhere = "Load it where it was made, and save the weights as safetensors.";
    private const string Unpack = "Unpack it, and name the file in it.";
    private const string Fetch = "Fetch the file itself again.";

    /// <summary>What weight files are called; inside an archive such a name is what the person is after.</summary>
    private static readonly string[] WeightExtensions = [".safetensors", ".pth", ".pt", ".ckpt", ".bin", ".pkl", ".onnx", ".h5", ".npz", ".index.json"];

    public static IReadOnlyList<RefusedFormat> All { get; } =
    [
        Zip("NumPy's archives", "NumPy's archive (.npz)", Elsewhere, names => names.Count > 0 && names.All(n => n.EndsWith(".npy", StringComparison.Ordinal))),
        Zip("Keras archives", "a Keras archive (.keras)", Elsewhere, names => names.Contains("model.weights.h5")),
        Zip("archives around a checkpoint", "a zip archive around a weight file", Unpack, names => names.Any(IsWeightName)),
        Zip("other zip archives", "a zip archive, but no checkpoint", "Save the weights with torch.save(model.state_dict(), path) or as safetensors.", _ => true),
        new()
        {
            Name = "Core ML models",
            What = "a Core ML model",
            Recognises = IsCoreMl,
            Remedy = Elsewhere,
        },
        Magic("HDF5 files", "an HDF5 file (Keras)", Elsewhere, 0, "\x89HDF"),
        Magic("NumPy arrays", "a NumPy array", Elsewhere, 0, "\x93NUMPY"),
        Magic("GGUF files", "a GGUF file", Elsewhere, 0, "GGUF"),
        Magic("TensorFlow Lite models", "a TensorFlow Lite model", Elsewhere, 4, "TFL3"),
        Magic("ExecuTorch programs", "an ExecuTorch program", Elsewhere, 4, "ET12"),
        Magic("ONNX Runtime models", "an ONNX Runtime model (.ort)", Elsewhere, 4, "ORTM"),
        Magic("TensorRT engines", "a TensorRT engine", Elsewhere, 0, "ftrt", "ptrt"),
        Magic("MATLAB files", "a MATLAB file", Elsewhere, 0, "MATLAB 5.0"),
        Magic("compressed files", "a compressed file (gzip, bzip2, xz or zstd)", Unpack, 0, "\x1F\x8B", "BZh", "\u00FD7zXZ", "\x28\xB5\x2F\xFD"),
        Magic("other archives", "an archive (7z or rar)", Unpack, 0, "7z\xBC\xAF\x27\x1C", "Rar!"),
        Magic("tar archives", "a tar archive", Unpack, 257, "ustar"),
        Magic("JPEG images", "a JPEG image", "Name the model first, then the images.", 0, "\xFF\xD8\xFF"),
        Magic("PNG images", "a PNG image", "Name the model first, then the images.", 0, "\x89PNG"),
        Magic("PDF documents", "a PDF document", Fetch, 0, "%PDF-"),
        Magic("Git LFS pointers", "a Git LFS pointer, not the file itself", "Run `git lfs pull` where it was cloned.", 0, "version https://git-lfs"),
        Magic("web pages and XML", "a web page or XML: the download went wrong", Fetch, 0, "<", "\xEF\xBB\xBF<"),
        Folder("TensorFlow's SavedModel", "a TensorFlow SavedModel", source => File.Exists(Path.Combine(source.Folder!, "saved_model.pb"))),
        Folder("Core ML packages", "a Core ML package", source => File.Exists(Path.Combine(source.Folder!, "Manifest.json")) && Directory.Exists(Path.Combine(source.Folder!, "Data", "com.apple.CoreML"))),
        Folder("PyTorch's distributed checkpoints", "a distributed PyTorch checkpoint", source => File.Exists(Path.Combine(source.Folder!, ".metadata")) && FolderReader.Has(source, "*.distcp")),
    ];

    private static RefusedFormat Magic(string name, string what, string remedy, int offset, params string[] magics)
    {
        byte[][] starts = [.. magics.Select(Encoding.Latin1.GetBytes)];
        return new RefusedFormat
        {
            Name = name,
            What = what,
            Remedy = remedy,
            Recognises = source => source.Start.Length > offset && Array.Exists(starts, m => source.Start[offset..].StartsWith(m)),
        };
    }

    private static RefusedFormat Zip(string name, string what, string remedy, Func<IReadOnlyCollection<string>, bool> recognises) => new()
    {
        Name = name,
        What = what,
        Remedy = remedy,
        Recognises = source => source.Zip is { } zip && recognises(zip.Names),
        Detail = source => TorchZipReader.Pickles(source) is { Length: > 1 } several ? $": it has {several.Length} data.pkl"
            : source.Zip!.Names.Count == 0 ? ": it is empty" : $": it has no data.pkl, but {Printable.List(source.Zip.Names)}",
    };

    private static RefusedFormat Folder(string name, string what, Func<FormatSource, bool> recognises) => new()
    {
        Name = name,
        What = what,
        Remedy = Elsewhere,
        Recognises = source => source.IsFolder && recognises(source),
    };

    private static bool IsWeightName(string name) => Array.Exists(WeightExtensions, e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    /// <summary>Core ML's Model starts as ONNX's does, but has a message in field 2, where ONNX has a name; what follows an empty one has a higher number.</summary>
    public static bool IsCoreMl(FormatSource source)
    {
        ReadOnlySpan<byte> start = source.Start;
        if (start is not [0x08, > 0 and < 32, 0x12, ..])
        {
            return false;
        }

        int length = 3;
        while (length < start.Length && start[length] >= 0x80)
        {
            length++;
        }

        return start[length..] is [0x00] or [0x00, >= 0x50, ..] or [_, 0x0A, ..];
    }
}
