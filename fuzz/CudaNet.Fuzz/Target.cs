using System.Text;
using CudaNet.Cli;
using CudaNet.Data;
using CudaNet.Emulator.Ptx;
using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Fuzz;

/// <summary>One parser under test.</summary>
/// <param name="Name">Its name, and its folder in the corpus.</param>
/// <param name="Parse">Reads the bytes wholly, values included; returns or throws a CudaNetException that names the file.</param>
/// <param name="MaxBytes">What it may allocate on the managed heap beyond 64 times the input.</param>
/// <param name="Tokens">Pieces of its format.</param>
internal sealed record Target(string Name, Action<byte[]> Parse, long MaxBytes, IReadOnlyList<byte[]> Tokens)
{
    /// <summary>What errors call the input.</summary>
    public const string FileName = "fuzzed-input";

    private const int Megabyte = 1 << 20;

    private static readonly Lazy<string> IndexFolder = new(() => FolderWith("index", $"{nameof(WeightFormat.Safetensors)}/plain", "part.safetensors"));

    private static readonly Lazy<string> ModelFolder = new(() => FolderWith("model", "model/unlabelled", "model.safetensors"));

    public static IReadOnlyList<Target> All { get; } =
    [
        .. WeightFormats.All.Where(f => f.IsRead).Select(f => f.Format).OfType<WeightFormat>().Select(Weights),
        new("model", ReadModel, 8 * Megabyte, Text("\"labels\":\"[", "\"mean\":\"[0,0,0]\"", "\"std\":\"[0,0,0]\"", "\"input_size\":\"[3,1,1]\"", "\"crop\":\"none\"", "\"architecture\":\"resnet18\"", "1e999", "NaN", "-1", "layer1.0.se.fc1.weight", "layer1.9999.conv1.weight", "layer99999999999.0.conv1.weight")),
        new("configuration", ReadConfiguration, 8 * Megabyte, Text("\"architecture\":\"resnet18\"", "\"model_type\":\"resnet\"", "\"pretrained_cfg\":{", "\"id2label\":{\"0\":\"x\",", "\"size\":{\"shortest_edge\":", "\"image_mean\":[", "\"label_names\":[", "\\ud800", "1e999", "-1", "null", "[[[[", "{", "}")),
        new("module", Open, 8 * Megabyte, Opcodes()),
        new("script", ReadScript, 32 * Megabyte, ScriptPieces()),
        new("graph", ReadGraph, 8 * Megabyte, OnnxPieces()),
        new("image", bytes => ImageDecoder.Decode(bytes, new ImageDecoderOptions { MaxPixels = Megabyte }, FileName), 64 * Megabyte, [[0xFF, 0xD8], [0xFF, 0xC0], [0xFF, 0xDA], [0xFF, 0xD9], [0xFF, 0xEE], .. Text("IHDR", "IDAT", "PLTE", "tRNS", "VP8L", "VP8X", "GIF89a")]),
        new("ptx", ReadPtx, 8 * Megabyte, Text(".reg .b32 %r<2000000000>;", ".shared .b8 s[1099511627776];", "{", "}", "((((", "@!%p1 ", ".f32", ".v4", "0f3F800000", ", ", ";", "[%rd1+-4]", "bra $L__BB0_1;", ".global .b8 g[9999999][9999999] = {{1},{2}};", "0x", "/*", ".loc 1 2 3", "{%r1, %r2}", "call.uni (a), f, (b);")),
        new("npz", ReadReference, 8 * Megabyte, [[(byte)'P', (byte)'K', 1, 2], [(byte)'P', (byte)'K', 5, 6], .. Text("'descr': '<f8'", "'descr': '>i2'", "'descr': '|b1'", "'fortran_order': True", "(99999999999,", "((((", "\\x93NUMPY", ".npy")]),
        new("npy", ReadNpy, 4 * Megabyte, Text("'descr': '<f8'", "'fortran_order': True", "(1, 3, 4, 4)", "(99999999999,", "((((", "\\x93NUMPY", "'")),
    ];

    /// <summary>A new folder with a file of the corpus in it.</summary>
    private static string FolderWith(string kind, string source, string name)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"{FileName}-{Environment.ProcessId}-{kind}");
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "corpus", source), Path.Combine(folder, name), overwrite: true);
        return folder;
    }

    /// <summary>A target a format that is read; its corpus has the format's name.</summary>
    private static Target Weights(WeightFormat format) => new(format.ToString(), format == WeightFormat.Sharded ? ReadIndex : format == WeightFormat.Onnx ? Open : ReadWeights, 4 * Megabyte, format switch
    {
        WeightFormat.Safetensors => Text("{\"a\":", "{\"__metadata__\":{", "[[[[", "]]", "\"F32\"", "\"data_offsets\"", "\"shape\":[", "1e9", "-1", "\\u0000", "null", "9223372036854775807", "\"fc.bias\""),
        WeightFormat.Sharded => Text("\"weight_map\":{", "\"../../etc/passwd\"", "\"/dev/zero\"", "\"part.safetensors\"", "\"model.safetensors.index.json\"", "\"\"", "{", "}", "null", "1e999"),
        WeightFormat.Onnx => OnnxPieces(),
        WeightFormat.TorchZip or WeightFormat.TorchStream or WeightFormat.TorchScript => Opcodes(),
        _ => throw new InvalidOperationException($"{format} needs pieces to be mutated with"),
    });

    private static void ReadWeights(byte[] bytes)
    {
        using WeightFile file = WeightFile.Read(bytes, FileName);
        foreach (WeightTensor tensor in file.Tensors)
        {
            _ = tensor.Read();
        }
    }

    private static void ReadModel(byte[] bytes)
    {
        using Model model = ModelFile.Read(bytes, FileName);
        _ = model.Graph.InferShapes(new TensorShape(1, model.Graph.InputChannels, 64, 64));
    }

    /// <summary>An ONNX graph, put into a model: an edit that changes its length leaves the file whole.</summary>
    private static void ReadGraph(byte[] bytes)
    {
        ProtobufWriter model = new();
        model.Integer(1, 8);
        model.Data(7, bytes.Length, stream => stream.Write(bytes));
        model.Message(8, opset => opset.Integer(2, 17));
        using MemoryStream file = new();
        model.WriteTo(file);
        Open(file.ToArray());
    }

    /// <summary>An ONNX file, or a pickled module of the smallest network: all that is opened of it is its network, whose weights stand for nothing.</summary>
    private static void Open(byte[] bytes)
    {
        using Model model = ModelFile.Read(bytes, FileName);
    }

    /// <summary>
    /// Code of a TorchScript archive: the smallest network's files one after the other, each after a line with its name, put back into an archive beside the pickle and the
    /// weights.
    /// </summary>
    private static void ReadScript(byte[] bytes)
    {
        using Model model = ModelFile.Read(ScriptInput.Archive(bytes), FileName);
    }

    /// <summary>What lies beside the smallest model, under both names that are looked for.</summary>
    private static void ReadConfiguration(byte[] bytes)
    {
        string model = Path.Combine(ModelFolder.Value, "model.safetensors");
        File.WriteAllBytes(Path.Combine(ModelFolder.Value, "config.json"), bytes);
        File.WriteAllBytes(Path.Combine(ModelFolder.Value, "preprocessor_config.json"), bytes);
        using Model opened = ModelFile.Open(model);
        _ = opened.Metadata.Labels.Count;
    }

    /// <summary>An index leads to other files: it gets a folder with one shard in it.</summary>
    private static void ReadIndex(byte[] bytes)
    {
        string path = Path.Combine(IndexFolder.Value, "model.safetensors.index.json");
        File.WriteAllBytes(path, bytes);
        using WeightFile file = WeightFile.Open(path);
        foreach (WeightTensor tensor in file.Tensors)
        {
            _ = tensor.Read();
        }
    }

    private static void ReadNpy(byte[] bytes)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{FileName}-{Environment.ProcessId}.npy");
        File.WriteAllBytes(path, bytes);
        _ = NpyReader.Read(path);
    }

    /// <summary>Reference values as the tool's comparison reads them: every array and its values.</summary>
    private static void ReadReference(byte[] bytes)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{FileName}-{Environment.ProcessId}.npz");
        File.WriteAllBytes(path, bytes);
        using ReferenceFile file = new(path);
        foreach (WeightTensor tensor in file.Tensors)
        {
            _ = ReferenceFile.Values(tensor);
        }
    }

    private static void ReadPtx(byte[] bytes)
    {
        try
        {
            _ = PtxModule.Parse(Encoding.Latin1.GetString(bytes), FileName);
        }
        catch (PtxParseException refusal)
        {
            throw new CudaNetException(refusal.Message, refusal);
        }
    }

    /// <summary>Names of operators and attributes, and numbers at the edges of protocol buffers.</summary>
    private static byte[][] OnnxPieces() =>
    [
        .. Text("Conv", "Gemm", "Reshape", "Transpose", "Concat", "Slice", "Shape", "Pad", "Split", "Identity", "Mul", "Squeeze", "Constant", "ConstantOfShape", "axes", "axis", "perm", "pads", "kernel_shape", "group", "value", "location", "offset", "../w", "x", "y"),
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80], [0xFF, 0xFF, 0xFF, 0xFF, 0x07], [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
        [0x70, 0x01], [0x0A, 0x00], [0x12, 0x01, (byte)'y'], [0x0A, 0x01, (byte)'x'], [0x40, 0x00], [0x40, 0x03], [0x18, 0x01], [0x10, 0x01], [0x10, 0x07], [0x10, 0x0A], [0x2A, 0x00], [0x4A, 0x00], [0x42, 0x00],
    ];

    private static byte[][] ScriptPieces() => Text(
        "    ", "\n", "(", ")", "[", "]", "{", ", ", ": ", " = ", " += ", "\"", "    if True:\n", "    else:\n      pass\n", "    return x\n", "    return (self)._forward_impl(x, )\n", "(self).forward(x, )",
        "torch.relu_(x)", "torch.add(x, x)", "torch.size(x, 0)", "x, y = x\n", "None", "1e999", "9223372036854775807", "-", "not ", " is ", "annotate(", "getattr(self, \"0\")", "self.training",
        "  def forward(self,\n    x: Tensor) -> Tensor:\n", "class A(Module):\n", "ops.prim.RaiseException(\"x\")", "CONSTANTS.c0", "x[0]", "for i in range(9):\n", " if x else ");

    private static byte[][] Text(params string[] tokens) => [.. tokens.Select(Encoding.Latin1.GetBytes)];

    /// <summary>Pickle opcodes with arguments at their edges, and globals that a careless reader would call.</summary>
    private static byte[][] Opcodes() =>
    [
        .. Text("cos\nsystem\n", "cbuiltins\neval\n", "ctorch._utils\n_rebuild_tensor_v2\n", "ctorch._utils\n_rebuild_tensor_v3\n", "ctorch._utils\n_rebuild_parameter_with_state\n", "}X\x03\0\0\0neg\x88s", "}X\x04\0\0\0conj\x88s", "ctorch\nfloat16\n", "cnumpy.core.multiarray\n_reconstruct\n", "cnumpy\nndarray\n", "cnumpy\ndtype\n", "X\x02\0\0\0f4", "c_codecs\nencode\n", "X\x06\0\0\0latin1", "ctorch.storage\n_load_from_bytes\n", "ccopyreg\n_reconstructor\n", "ctorch._utils\n_rebuild_device_tensor_from_cpu_tensor\n", "X\x15\0\0\0layer1.0.conv1.weight", "ccollections\nOrderedDict\n", "(", "t", "R", "b", "u", "s", "0", "2", ")", "}", "]", "a", "e", "Q", "N", ".", "l", "d", "I9999999999\n", "L-1L\n", "g0\n", "p0\n", "h\0", "q\0"),
        [0x80, 4], [0x94], [0x93], [0x81], [0x92], [0x86], [0x85], [0x87], [0x8A, 0xFF], [0x8B, 0xFF, 0xFF, 0xFF, 0x7F], [(byte)'T', 0xFF, 0xFF, 0xFF, 0x7F], [(byte)'X', 0xFF, 0xFF, 0xFF, 0xFF],
        [0x8D, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0x8E, 0, 0, 0, 0, 1, 0, 0, 0], [0x95, 0xFF, 0, 0, 0, 0, 0, 0, 0], [(byte)'r', 0xFF, 0xFF, 0xFF, 0x7F], [(byte)'j', 0, 0, 0, 0x40], [(byte)'J', 0, 0, 0, 0x80],
        [(byte)'P', (byte)'K', 1, 2], [(byte)'P', (byte)'K', 5, 6], [(byte)'P', (byte)'K', 6, 6],
    ];
}
