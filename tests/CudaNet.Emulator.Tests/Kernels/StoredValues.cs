using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CudaNet.Kernels.Cuda.Steps;

namespace CudaNet.Emulator.Tests.Kernels;

/// <summary>Values as they lie in device memory, converted on the host by other code than the kernels'.</summary>
internal static class StoredValues
{
    public static byte[] Encode(ReadOnlySpan<float> values, StoragePrecision precision)
    {
        byte[] bytes = new byte[values.Length * precision.Bytes()];
        for (int i = 0; i < values.Length; i++)
        {
            Span<byte> place = bytes.AsSpan(i * precision.Bytes());
            switch (precision)
            {
                case StoragePrecision.Float32:
                    BinaryPrimitives.WriteSingleLittleEndian(place, values[i]);
                    break;
                case StoragePrecision.Float16:
                    BinaryPrimitives.WriteHalfLittleEndian(place, (Half)values[i]);
                    break;
                default:
                    BinaryPrimitives.WriteUInt16LittleEndian(place, (ushort)(BitConverter.SingleToUInt32Bits(RoundToBFloat16(values[i])) >> 16));
                    break;
            }
        }

        return bytes;
    }

    public static float[] Decode(ReadOnlySpan<byte> bytes, StoragePrecision precision)
    {
        if (precision == StoragePrecision.Float32)
        {
            return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        }

        float[] values = new float[bytes.Length / sizeof(ushort)];
        for (int i = 0; i < values.Length; i++)
        {
            ushort bits = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * sizeof(ushort))..]);
            values[i] = precision == StoragePrecision.Float16 ? (float)BitConverter.UInt16BitsToHalf(bits) : BitConverter.UInt32BitsToSingle((uint)bits << 16);
        }

        return values;
    }

    /// <summary>The values that the precision can hold next to these.</summary>
    public static float[] Round(ReadOnlySpan<float> values, StoragePrecision precision) => Decode(Encode(values, precision), precision);

    /// <summary>The distance of neighbouring numbers of the precision at this magnitude.</summary>
    public static double UnitInTheLastPlace(double value, StoragePrecision precision)
    {
        (int bits, int smallest) = precision switch
        {
            StoragePrecision.Float32 => (23, -126),
            StoragePrecision.Float16 => (10, -14),
            _ => (7, -126),
        };
        int exponent = value == 0 ? smallest : Math.Max(Math.ILogB(value), smallest);
        return Math.ScaleB(1, exponent - bits);
    }

    /// <summary>By way of the two neighbours in double, not of the bits' arithmetic.</summary>
    private static float RoundToBFloat16(float value)
    {
        if (!float.IsFinite(value))
        {
            return value;
        }

        double unit = UnitInTheLastPlace(value, StoragePrecision.BFloat16);
        return (float)(Math.Round(value / unit, MidpointRounding.ToEven) * unit);
    }
}
