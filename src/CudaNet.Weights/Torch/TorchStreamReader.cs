using System.Globalization;
using System.Numerics;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Reads the stream that <c>torch.save</c> wrote before 1.6: five pickles (magic number, protocol, system, the object, the keys of its
/// storages), then for each key its element count in 64 bits and its elements, little-endian on every machine.
/// </summary>
internal static class TorchStreamReader
{
    private const long ProtocolVersion = 1001;

    private static readonly BigInteger Magic = BigInteger.Parse("01950A86A20F9469CFC6C", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Protocol 2 and up start with PROTO; below that, with the magic number as decimal text.</summary>
    public static bool IsPickle(ReadOnlySpan<byte> start) => start is [0x80, <= 5, ..] || start.StartsWith("L1195470"u8);

    /// <exception cref="WeightFormatException">The stream is damaged, or a pickle of something else.</exception>
    public static RawWeights Read(FileBytes file, string? stateDict)
    {
        (object? root, TorchStorages storages, ByteRegion pickle) = Load(file);
        return StateDictReader.Read(WeightFormat.TorchStream, root, storages, pickle, stateDict);
    }

    /// <summary>What the pickle made, where its tensors' bytes are, and the pickle itself.</summary>
    /// <exception cref="WeightFormatException">The stream is damaged, or a pickle of something else.</exception>
    public static (object? Root, TorchStorages Storages, ByteRegion Pickle) Load(FileBytes file)
    {
        PickleStream stream = new(file.All);
        if (PickleMachine.Run(ref stream) is not BigInteger magic || magic != Magic)
        {
            throw file.All.Error(0, "the file is a pickle, but not one of torch.save", "Load it where it was made and save its state dict with torch.save or as safetensors.");
        }

        if (PickleMachine.Run(ref stream) is not ProtocolVersion)
        {
            throw stream.Error($"the stream's protocol is not {ProtocolVersion}");
        }

        PickleMachine.Run(ref stream);
        long start = stream.Position;
        Dictionary<string, WeightType> types = new(StringComparer.Ordinal);
        object? root = PickleMachine.Run(ref stream, types);
        Dictionary<string, ByteRegion> storages = Locate(file, ref stream, types);
        ByteRegion pickle = file.All.Slice(start, file.Length - start);
        return (root, new TorchStorages(key => storages.TryGetValue(key, out ByteRegion r) ? r : null, false, pickle), pickle);
    }

    private static Dictionary<string, ByteRegion> Locate(FileBytes file, ref PickleStream stream, Dictionary<string, WeightType> types)
    {
        if (PickleMachine.Run(ref stream) is not List<object?> keys)
        {
            throw stream.Error("the list of storages is not a list");
        }

        Dictionary<string, ByteRegion> storages = new(StringComparer.Ordinal);
        foreach (object? item in keys)
        {
            if (item is not string key || !types.TryGetValue(key, out WeightType type))
            {
                throw stream.Error("the list of storages names one that no tensor uses");
            }

            long count = stream.ReadInt64();
            long start = stream.Position;
            long left = file.Length - start;
            if (count < 0 || count > left / type.SizeBytes())
            {
                throw stream.Error($"storage {Printable.Quote(key)} of {count} {type.TorchName()} is needed, but {left} bytes are left", "The file is cut off or damaged.");
            }

            ByteRegion region = file.All.Slice(start, count * type.SizeBytes());
            stream = new PickleStream(file.All, start + region.Length);
            if (!storages.TryAdd(key, region))
            {
                throw stream.Error($"the storage {Printable.Quote(key)} appears twice");
            }
        }

        return storages;
    }
}
