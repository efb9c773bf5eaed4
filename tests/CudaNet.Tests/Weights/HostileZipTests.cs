using System.Buffers.Binary;
using System.IO.Compression;
using CudaNet.Engine;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

/// <summary>Checkpoint archives that are damaged or made to do harm.</summary>
public sealed class HostileZipTests
{
    private static readonly byte[] Floats = new byte[16];

    private static byte[] Good(string key = "0", CompressionLevel level = CompressionLevel.NoCompression) =>
        PickleBytes.Zip(PickleBytes.Dictionary("a.weight", p => p.Tensor(key, 4, 0, [2, 2], [2, 1])), level, (key, Floats));

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void The_small_archive_itself_is_read(CompressionLevel level)
    {
        using WeightFile file = WeightFile.Read(Good(level: level), "good");
        Assert.Equal(new TensorShape(2, 2), Assert.Single(file.Tensors).Read().Shape);
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void Truncated_at_every_byte(CompressionLevel level)
    {
        byte[] bytes = Good(level: level);
        for (int length = 0; length < bytes.Length; length++)
        {
            Hostile.AssertRefused(bytes.AsSpan(0, length));
        }
    }

    /// <summary>Every 16-bit and 32-bit field of both headers and the end record, at both extremes and beside them.</summary>
    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void Every_field_set_to_extremes_is_read_or_refused(CompressionLevel level)
    {
        byte[] good = Good(level: level);
        for (int at = 0; at <= good.Length - 4; at++)
        {
            foreach (uint value in (uint[])[0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF])
            {
                byte[] bytes = [.. good];
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);
                Hostile.AssertReadOrRefused(bytes);
            }
        }
    }

    [Fact]
    public void A_storage_key_is_only_a_name()
    {
        using WeightFile file = WeightFile.Read(Good("../../../../etc/passwd"), "odd");
        Assert.Equal(4, Assert.Single(file.Tensors).Shape.ElementCount);
        Hostile.AssertRefused(PickleBytes.Zip(PickleBytes.Dictionary("a", p => p.Tensor("../data.pkl", 4, 0, [2], [1]))), "'../data.pkl', which is not in the file");
    }

    [Fact]
    public void A_stored_entry_whose_sizes_differ()
    {
        byte[] bytes = Good();
        int entry = bytes.AsSpan().LastIndexOf("PK\x01\x02"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(entry + 24), 1 << 30);
        Hostile.AssertRefused(bytes, "says it is 1073741824 bytes");
    }

    [Fact]
    public void A_bomb_is_refused_by_its_declared_size_before_it_is_inflated()
    {
        byte[] bomb = PickleBytes.Zip(PickleBytes.Dictionary("a", p => p.Tensor("0", 1 << 26, 0, [1 << 26], [1])), CompressionLevel.SmallestSize, ("0", new byte[1 << 28]));
        Assert.InRange(bomb.Length, 1, 1 << 20);
        Assert.InRange(Hostile.Allocated(bomb, refused: true), 0, 1 << 20);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(17)]
    public void A_bomb_that_declares_less_than_it_holds(uint declared)
    {
        byte[] bytes = PickleBytes.Zip(PickleBytes.Dictionary("a", p => p.Tensor("0", 4, 0, [4], [1])), CompressionLevel.SmallestSize, ("0", new byte[1 << 20]));
        int entry = bytes.AsSpan().LastIndexOf("PK\x01\x02"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(entry + 24), declared);
        Hostile.AssertRefused(bytes, $"does not inflate to the {declared} bytes");
    }

    /// <summary>Deflate makes a thousand operations a byte: what they may be follows the file as it is, not as it inflates.</summary>
    [Theory]
    [InlineData("}")]
    [InlineData("]")]
    [InlineData("\x8F")] // set
    [InlineData("P\n")]
    [InlineData("c\n\n")]
    [InlineData("\x82\x01")] // an extension
    [InlineData("\x94")] // the memo
    [InlineData(")R")] // a call
    public void A_pickle_that_inflates_to_operations_by_the_million_costs_little(string operation)
    {
        string operations = "N" + string.Concat(Enumerable.Repeat(operation, 1_000_000 / operation.Length));
        byte[] bytes = PickleBytes.Zip(new PickleBytes().Ops(operations).ToArray(), CompressionLevel.SmallestSize);
        Assert.InRange(bytes.Length, 1, 8192);
        Hostile.AssertRefused(bytes, "operations");
        Assert.InRange(Hostile.Allocated(bytes, refused: true), 0, operations.Length + (160L * (65_536 + bytes.Length)));
    }

    [Fact]
    public void Two_entries_of_one_name() =>
        Hostile.AssertRefused(PickleBytes.Zip(PickleBytes.Dictionary("a", p => p.Ops("N")), ("0", Floats), ("0", Floats)), "named 'm/data/0'");

    [Fact]
    public void A_frozen_module_has_no_weights_to_read()
    {
        using MemoryStream stream = new();
        stream.Write(PickleBytes.Zip(new PickleBytes().Global("__torch__", "M").Ops(")\x81}b").ToArray()));
        using (ZipArchive archive = new(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            archive.CreateEntry("m/constants.pkl");
        }

        Hostile.AssertRefused(stream.ToArray(), "frozen");
    }

    [Fact]
    public void An_archive_that_is_no_checkpoint()
    {
        using MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("array.npy");
        }

        Hostile.AssertRefused(stream.ToArray(), "NumPy");
    }
}
