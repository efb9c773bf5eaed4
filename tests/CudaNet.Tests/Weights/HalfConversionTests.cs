using System.Buffers.Binary;
using CudaNet.Weights;
using Xunit;

namespace CudaNet.Tests.Weights;

public sealed class HalfConversionTests
{
    [Fact]
    public void Every_half_becomes_the_same_bits_as_one_alone()
    {
        // In order, vectors of finite numbers alone; interleaved with their complements, infinities and NaN beside them.
        ushort[] all = [.. Enumerable.Range(0, 1 << 16).Select(h => (ushort)h)];
        Check(all);
        Check([.. all.SelectMany(h => new[] { h, (ushort)~h })]);
    }

    [Fact]
    public void Any_length_at_any_address_is_converted_and_nothing_behind_it()
    {
        for (int length = 0; length < 70; length++)
        {
            Check([.. Enumerable.Range(0, length).Select(i => (ushort)(31 * i * i))], offset: length % 5);
        }
    }

    private static void Check(ushort[] halves, int offset = 0)
    {
        byte[] bytes = new byte[offset + (2 * halves.Length)];
        for (int i = 0; i < halves.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(offset + (2 * i)), halves[i]);
        }

        float[] values = new float[halves.Length + 1];
        HalfConversion.ToSingle(bytes.AsSpan(offset), values.AsSpan(0, halves.Length));
        uint[] expected = [.. halves.Select(h => BitConverter.SingleToUInt32Bits((float)BitConverter.UInt16BitsToHalf(h))), 0];
        Assert.Equal(expected, values.Select(BitConverter.SingleToUInt32Bits));
    }
}
