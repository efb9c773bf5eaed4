using System.Buffers.Binary;
using System.Text;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Tells the kinds of weight file apart by their first bytes, and names what is none.</summary>
internal static class FormatSniffer
{
    private const string Remedy = "CudaNet reads safetensors (also sharded) and PyTorch checkpoints: save the weights as one of these.";

    private static readonly (byte[] Start, int Offset, string What)[] Others =
    [
        ([0x89, (byte)'H', (byte)'D', (byte)'F'], 0, "an HDF5 file (Keras)"),
        ([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'], 0, "a NumPy array"),
        ("GGUF"u8.ToArray(), 0, "a GGUF file"),
        ("TFL3"u8.ToArray(), 4, "a TensorFlow Lite model"),
        ([0x1F, 0x8B], 0, "a gzip archive: unpack it first"),
        ("ustar"u8.ToArray(), 257, "a tar archive: unpack it first"),
        ([0xFF, 0xD8, 0xFF], 0, "a JPEG image"),
        ([0x89, (byte)'P', (byte)'N', (byte)'G'], 0, "a PNG image"),
        ("version https://git-lfs"u8.ToArray(), 0, "a Git LFS pointer, not the file itself: run `git lfs pull`"),
        ("<"u8.ToArray(), 0, "a web page or XML: the download went wrong"),
    ];

    /// <summary>The kind of file; <see cref="WeightFormat.TorchZip"/> for every zip archive.</summary>
    /// <exception cref="WeightFormatException">It is none that can be read.</exception>
    public static WeightFormat Sniff(FileBytes file)
    {
        if (file.Length == 0)
        {
            throw new WeightFormatException("the file is empty") { File = file.Name, Hint = "Download or export it again." };
        }

        ReadOnlySpan<byte> start = file.All.First(512);
        bool brace = start.Length > 8 && start[8] == '{';
        // First, as its header length may look like anything: 640 is 80 02, the start of a pickle.
        if (brace && BinaryPrimitives.ReadUInt64LittleEndian(start) <= (ulong)file.Length - 8)
        {
            return WeightFormat.Safetensors;
        }

        if (start.StartsWith("PK\x03\x04"u8) || start.StartsWith("PK\x05\x06"u8))
        {
            return WeightFormat.TorchZip;
        }

        if (IsPickle(start))
        {
            return WeightFormat.TorchStream;
        }

        if (start.TrimStart(" \t\r\n"u8).StartsWith("{"u8))
        {
            return WeightFormat.Sharded;
        }

        return brace ? WeightFormat.Safetensors : throw Refuse(file, start);
    }

    /// <summary>Protocol 2 and up start with PROTO; below that, with the magic number as decimal text.</summary>
    private static bool IsPickle(ReadOnlySpan<byte> start) => (start.Length > 1 && start[0] == 0x80 && start[1] <= 5) || start.StartsWith("L1195470"u8);

    /// <summary>An ONNX ModelProto starts with field 1 (its version, a small number), followed by another known field.</summary>
    private static bool IsOnnx(ReadOnlySpan<byte> start) =>
        start.Length > 2 && start[0] == 0x08 && start[1] is > 0 and < 32 && start[2] is 0x12 or 0x1A or 0x22 or 0x2A or 0x32 or 0x3A or 0x42;

    private static WeightFormatException Refuse(FileBytes file, ReadOnlySpan<byte> start)
    {
        if (IsOnnx(start))
        {
            return file.All.Error(0, "the file is an ONNX model, which is not read", "Open the checkpoint that it was exported from, or save its weights as safetensors.");
        }

        foreach ((byte[] magic, int offset, string what) in Others)
        {
            if (start.Length >= offset + magic.Length && start.Slice(offset, magic.Length).SequenceEqual(magic))
            {
                return file.All.Error(0, $"the file looks like {what}", Remedy);
            }
        }

        string shown = Convert.ToHexString(start[..Math.Min(8, start.Length)]);
        bool text = !start.ContainsAnyExceptInRange((byte)9, (byte)126);
        return file.All.Error(0, text ? $"the file looks like text: {Printable.Quote(Encoding.ASCII.GetString(start[..Math.Min(40, start.Length)]))}" : $"the file is of no known kind (it starts with {shown})", Remedy);
    }
}
