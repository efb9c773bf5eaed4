using System.Runtime.InteropServices;
using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Cli;

/// <summary>An open file of named tensors, told by its content: safetensors, NumPy's <c>.npz</c>, or PyTorch's <c>.pt</c>. Names are the file's own.</summary>
internal sealed class ReferenceFile : IDisposable
{
    private const string Formats = "Reference values are read from safetensors, .npz, and PyTorch files of named tensors (docs/reference-files.md).";

    private readonly List<FileBytes> _opened = [];

    /// <exception cref="CudaNetException">It cannot be read; the file is named.</exception>
    public ReferenceFile(string path)
    {
        try
        {
            FormatSource source = FormatSource.At(path, null, _opened);
            (Tensors, Others) = Read(source);
            new ReadBudget(path, source.OpenedBytes).Take(Tensors);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The tensors, in the file's order.</summary>
    public IReadOnlyList<WeightTensor> Tensors { get; }

    /// <summary>What else it holds.</summary>
    public IReadOnlyList<LeftOutEntry> Others { get; }

    /// <summary>The values in fp32; those of integers too, which no weights have.</summary>
    /// <exception cref="WeightFormatException">They are no real numbers.</exception>
    public static Tensor Values(WeightTensor tensor) => tensor.Type switch
    {
        WeightType.Int32 => Convert<int>(tensor, v => v),
        WeightType.Int16 => Convert<short>(tensor, v => v),
        WeightType.Int8 => Convert<sbyte>(tensor, v => v),
        WeightType.UInt64 => Convert<ulong>(tensor, v => v),
        WeightType.UInt32 => Convert<uint>(tensor, v => v),
        WeightType.UInt16 => Convert<ushort>(tensor, v => v),
        WeightType.UInt8 or WeightType.Bool => Convert<byte>(tensor, v => v),
        _ => tensor.Read(),
    };

    public void Dispose() => _opened.ForEach(f => f.Dispose());

    private static (IReadOnlyList<WeightTensor> Tensors, IReadOnlyList<LeftOutEntry> Others) Read(FormatSource source)
    {
        if (!source.IsFolder && NpzArrays.IsArchive(source))
        {
            return NpzArrays.Read(source);
        }

        switch (FileFormats.Recognise(source))
        {
            case RefusedFormat refused:
                throw source.Error($"the {(source.IsFolder ? "folder" : "file")} looks like {refused.What}", Formats);
            case ReadFormat { Format: WeightFormat.TorchZip }:
                (object? root, TorchStorages storages, ByteRegion pickle) = TorchZipReader.Load(source);
                return NamedTensors.Read(root, storages, pickle);
            case ReadFormat { Format: WeightFormat.TorchStream }:
                (root, storages, pickle) = TorchStreamReader.Load(source.Bytes);
                return NamedTensors.Read(root, storages, pickle);
            default:
                RawWeights raw = FileFormats.ReadAny(source);
                return (raw.Tensors, raw.LeftOut);
        }
    }

    private static Tensor Convert<T>(WeightTensor tensor, Func<T, float> convert)
        where T : unmanaged
    {
        ReadOnlySpan<T> stored = MemoryMarshal.Cast<byte, T>(tensor.ReadBytes());
        float[] values = new float[stored.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = convert(stored[i]);
        }

        return new Tensor(tensor.Shape, values);
    }
}
