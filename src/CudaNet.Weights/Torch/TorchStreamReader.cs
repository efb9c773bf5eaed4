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

    /// <summary>Operations of a pickle that holds one storage: a few dozen.</summary>
    private const int NestedOperations = 1000;

    private static readonly BigInteger Magic = BigInteger.Parse("01950A86A20F9469CFC6C", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Protocol 2 and up start with PROTO; below that, with the magic number as decimal text, or what a plain pickle of a dictionary starts with.</summary>
    public static bool IsPickle(ReadOnlySpan<byte> start) =>
        start is [0x80, <= 5, ..] || start.StartsWith("L1195470"u8) || start.StartsWith("(dp"u8) || start.StartsWith("}q\0"u8) || start.StartsWith("ccollections\nOrderedDict\n"u8);

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
        object? first = PickleMachine.Run(ref stream);
        if (first is not BigInteger magic || magic != Magic)
        {
            return first is PickleDictionary or PicklePlaceholder
                ? (first, new TorchStorages(_ => null, false, file.All), file.All)
                : throw file.All.Error(0, "the file is a pickle, but not one of torch.save, nor of a state dict", "Load it where it was made and save its state dict with torch.save or as safetensors.");
        }

        SkipHead(ref stream, isNested: false);
        long start = stream.Position;
        Dictionary<string, WeightType> types = new(StringComparer.Ordinal);
        object? root = PickleMachine.Run(ref stream, types);
        Dictionary<string, ByteRegion> storages = Locate(file.All, ref stream, types, isNested: false);
        ByteRegion pickle = file.All.Slice(start, file.Length - start);
        return (root, new TorchStorages(key => storages.TryGetValue(key, out ByteRegion r) ? r : null, false, pickle), pickle);
    }

    /// <summary>The one storage that a stream in the bytes of a plain pickle holds: what <c>pickle.dump</c> makes of a tensor's.</summary>
    /// <exception cref="WeightFormatException">The bytes are no such stream.</exception>
    public static StorageReference ReadStorage(ByteRegion region, PickleBytes bytes)
    {
        PickleStream stream = new(region);
        if (PickleMachine.Run(ref stream, maxOperations: NestedOperations, isNested: true) is not BigInteger magic || magic != Magic)
        {
            throw region.Error(0, "bytes that stand for a storage are no stream of torch.save");
        }

        SkipHead(ref stream, isNested: true);
        Dictionary<string, WeightType> types = new(StringComparer.Ordinal);
        StorageReference storage = PickleMachine.Run(ref stream, types, NestedOperations, isNested: true) as StorageReference
            ?? throw region.Error(0, "bytes that stand for a storage hold something else");
        return Locate(region, ref stream, types, isNested: true).TryGetValue(storage.Key, out ByteRegion values)
            ? storage with { Bytes = bytes, Start = values.Start - region.Start }
            : throw region.Error(0, $"bytes that stand for the storage {Printable.Quote(storage.Key)} lack its values");
    }

    private static void SkipHead(ref PickleStream stream, bool isNested)
    {
        int operations = isNested ? NestedOperations : PickleMachine.MaxOperations;
        if (PickleMachine.Run(ref stream, maxOperations: operations, isNested: isNested) is not ProtocolVersion)
        {
            throw stream.Error($"the stream's protocol is not {ProtocolVersion}");
        }

        PickleMachine.Run(ref stream, maxOperations: operations, isNested: isNested);
    }

    private static Dictionary<string, ByteRegion> Locate(ByteRegion file, ref PickleStream stream, Dictionary<string, WeightType> types, bool isNested)
    {
        if (PickleMachine.Run(ref stream, maxOperations: isNested ? NestedOperations : PickleMachine.MaxOperations, isNested: isNested) is not List<object?> keys)
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

            ByteRegion region = file.Slice(start, count * type.SizeBytes());
            stream = new PickleStream(file, start + region.Length);
            if (!storages.TryAdd(key, region))
            {
                throw stream.Error($"the storage {Printable.Quote(key)} appears twice");
            }
        }

        return storages;
    }
}
