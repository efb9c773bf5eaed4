using System.Text;

namespace CudaNet.Data;

/// <summary>
/// The records of a zip archive of uncompressed entries, always in their 64-bit form (as NumPy writes them), dated 1980-01-01 so that equal
/// results are equal files. Source: PKWARE's APPNOTE, sections 4.3 and 4.5.3.
/// </summary>
internal static class ZipFormat
{
    private const ushort Version = 45, Utf8Names = 1 << 11, Stored = 0, Zip64Extra = 1, Midnight = 0, January1980 = 0x21;
    private const uint In64Bits = uint.MaxValue;

    /// <summary>The record before an entry's content; its length does not depend on the checksum.</summary>
    public static byte[] LocalHeader(ArraySection section) => Record(writer =>
    {
        byte[] name = EntryName(section);
        writer.Write(0x04034B50u);
        WriteCommon(writer, section, name, extraBytes: 20);
        writer.Write(name);
        writer.Write(Zip64Extra);
        writer.Write((ushort)16);
        writer.Write(section.ContentBytes);
        writer.Write(section.ContentBytes);
    });

    /// <summary>Enters the checksums, which are known now, and appends the directory.</summary>
    public static void Finish(Stream stream, IReadOnlyList<ArraySection> sections)
    {
        foreach (ArraySection section in sections)
        {
            stream.Position = section.Start;
            stream.Write(LocalHeader(section));
        }

        long start = stream.Position = sections[^1].End;
        foreach (ArraySection section in sections)
        {
            stream.Write(DirectoryEntry(section));
        }

        stream.Write(End(sections.Count, start, stream.Position));
    }

    private static byte[] DirectoryEntry(ArraySection section) => Record(writer =>
    {
        byte[] name = EntryName(section);
        writer.Write(0x02014B50u);
        writer.Write(Version);
        WriteCommon(writer, section, name, extraBytes: 28);
        writer.Write((ushort)0); // comment
        writer.Write((ushort)0); // disk
        writer.Write((ushort)0); // internal attributes
        writer.Write(0u); // external attributes
        writer.Write(In64Bits);
        writer.Write(name);
        writer.Write(Zip64Extra);
        writer.Write((ushort)24);
        writer.Write(section.ContentBytes);
        writer.Write(section.ContentBytes);
        writer.Write(section.Start);
    });

    private static byte[] End(long count, long start, long end) => Record(writer =>
    {
        writer.Write(0x06064B50u);
        writer.Write(44L); // bytes of this record that follow
        writer.Write(Version);
        writer.Write(Version);
        writer.Write(0u); // disk
        writer.Write(0u); // disk of the directory
        writer.Write(count);
        writer.Write(count);
        writer.Write(end - start);
        writer.Write(start);

        writer.Write(0x07064B50u);
        writer.Write(0u); // disk of the record above
        writer.Write(end);
        writer.Write(1u); // disks

        writer.Write(0x06054B50u);
        writer.Write(0u); // disks
        writer.Write(uint.MaxValue); // counts, twice 16 bits
        writer.Write(In64Bits);
        writer.Write(In64Bits);
        writer.Write((ushort)0); // comment
    });

    private static void WriteCommon(BinaryWriter writer, ArraySection section, byte[] name, ushort extraBytes)
    {
        writer.Write(Version);
        writer.Write(Utf8Names);
        writer.Write(Stored);
        writer.Write(Midnight);
        writer.Write(January1980);
        writer.Write(section.Checksum.GetCurrentHashAsUInt32());
        writer.Write(In64Bits);
        writer.Write(In64Bits);
        writer.Write((ushort)name.Length);
        writer.Write(extraBytes);
    }

    private static byte[] EntryName(ArraySection section) => Encoding.UTF8.GetBytes(section.Name + ".npy");

    private static byte[] Record(Action<BinaryWriter> write)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        write(writer);
        return stream.ToArray();
    }
}
