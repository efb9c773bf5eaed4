using System.Buffers.Binary;

namespace CudaNet.Data;

/// <summary>The CRC-32 of zip files (reflected polynomial EDB88320), eight bytes a step by eight tables ("slicing by 8", Kounavis and Berry 2005).</summary>
internal sealed class Crc32
{
    private static readonly uint[][] Tables = MakeTables();

    private uint _state = uint.MaxValue;

    /// <summary>The checksum of everything appended.</summary>
    public uint Value => ~_state;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        uint state = _state;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            uint low = state ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes), high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            state = Tables[7][(byte)low] ^ Tables[6][(byte)(low >> 8)] ^ Tables[5][(byte)(low >> 16)] ^ Tables[4][low >> 24]
                  ^ Tables[3][(byte)high] ^ Tables[2][(byte)(high >> 8)] ^ Tables[1][(byte)(high >> 16)] ^ Tables[0][high >> 24];
        }

        foreach (byte value in bytes)
        {
            state = Tables[0][(byte)(state ^ value)] ^ (state >> 8);
        }

        _state = state;
    }

    private static uint[][] MakeTables()
    {
        uint[][] tables = [.. Enumerable.Range(0, 8).Select(_ => new uint[256])];
        for (uint value = 0; value < 256; value++)
        {
            uint state = value;
            for (int bit = 0; bit < 8; bit++)
            {
                state = (state >> 1) ^ ((state & 1) * 0xEDB88320);
            }

            tables[0][value] = state;
        }

        for (int table = 1; table < 8; table++)
        {
            for (int value = 0; value < 256; value++)
            {
                uint before = tables[table - 1][value];
                tables[table][value] = tables[0][(byte)before] ^ (before >> 8);
            }
        }

        return tables;
    }
}
