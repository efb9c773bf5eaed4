using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace CudaNet.Tests.Weights;

/// <summary>Assembles pickles opcode by opcode, and the archives around them.</summary>
internal sealed class PickleBytes
{
    private readonly List<byte> _bytes = [0x80, 2];

    /// <summary>An empty pickle, as a value that is put where it belongs: <c>new PickleBytes().Ops("}")</c>.</summary>
    public PickleBytes Ops(string opcodes)
    {
        _bytes.AddRange(Encoding.Latin1.GetBytes(opcodes));
        return this;
    }

    /// <summary>What <paramref name="more"/> pushes.</summary>
    public PickleBytes Apply(Action<PickleBytes> more)
    {
        more(this);
        return this;
    }

    public PickleBytes Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        _bytes.AddRange([(byte)'X', .. length, .. utf8]);
        return this;
    }

    public PickleBytes Global(string module, string name) => Ops($"c{module}\n{name}\n");

    public PickleBytes Int(long value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        _bytes.AddRange([0x8A, 8, .. bytes]);
        return this;
    }

    /// <summary>A tensor over a float storage, as torch.save describes it.</summary>
    public PickleBytes Tensor(string key, long storageElements, long offset, long[] extents, long[] strides)
    {
        Global("torch._utils", "_rebuild_tensor_v2").Ops("((").Text("storage").Global("torch", "FloatStorage").Text(key).Text("cpu").Int(storageElements).Ops("tQ").Int(offset).Ops("(");
        Array.ForEach(extents, e => Int(e));
        Ops("t(");
        Array.ForEach(strides, s => Int(s));
        return Ops("t\x89").Ops("NtR");
    }

    /// <summary>The pickle, ended.</summary>
    public byte[] ToArray() => [.. _bytes, (byte)'.'];

    /// <summary>A dictionary of one item, whose value <paramref name="value"/> pushes.</summary>
    public static byte[] Dictionary(string key, Action<PickleBytes> value)
    {
        PickleBytes pickle = new PickleBytes().Ops("}").Text(key);
        value(pickle);
        return pickle.Ops("s").ToArray();
    }

    /// <summary>A checkpoint archive with these storages.</summary>
    public static byte[] Zip(byte[] pickle, params ReadOnlySpan<(string Key, byte[] Bytes)> storages) => Zip(pickle, CompressionLevel.NoCompression, storages);

    public static byte[] Zip(byte[] pickle, CompressionLevel level, params ReadOnlySpan<(string Key, byte[] Bytes)> storages)
    {
        using MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(archive, "m/data.pkl", pickle, level);
            foreach ((string key, byte[] bytes) in storages)
            {
                Add(archive, $"m/data/{key}", bytes, level);
            }
        }

        return stream.ToArray();
    }

    private static void Add(ZipArchive archive, string name, byte[] bytes, CompressionLevel level)
    {
        using Stream entry = archive.CreateEntry(name, level).Open();
        entry.Write(bytes);
    }
}
