using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CudaNet.Engine;

namespace CudaNet.Cli.SelfTest;

/// <summary>Values as they lie in device memory, made and read on the host by other code than the kernels'.</summary>
internal static class StoredValues
{
    /// <summary>Values between −1 and 1 that the precision holds; the same for the same seed.</summary>
    public static float[] Uniform(int seed, long count, StoragePrecision precision = StoragePrecision.Float32)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)((2 * random.NextDouble()) - 1);
        }

        return Round(values, precision);
    }

    public static byte[] Encode(ReadOnlySpan<float> values, StoragePrecision precision)
    {
        if (precision == StoragePrecision.Float32)
        {
            return MemoryMarshal.AsBytes(values).ToArray();
        }

        byte[] bytes = new byte[values.Length * sizeof(ushort)];
        for (int i = 0; i < values.Length; i++)
        {
            ushort bits = precision == StoragePrecision.Float16
                ? BitConverter.HalfToUInt16Bits((Half)values[i])
                : (ushort)(BitConverter.SingleToUInt32Bits(RoundToBFloat16(values[i])) >> 16);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i * sizeof(ushort)), bits);
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

    /// <summary>N×C×H×W to N×H×W×pitch, zeros behind the channels.</summary>
    public static float[] ToNhwc(ReadOnlySpan<float> nchw, TensorShape shape, int pitch)
    {
        int plane = shape.Height * shape.Width;
        float[] nhwc = new float[shape.Batch * plane * pitch];
        for (int i = 0; i < nchw.Length; i++)
        {
            (int image, int pixel) = Math.DivRem(i, plane);
            (int n, int c) = Math.DivRem(image, shape.Channels);
            nhwc[(((n * plane) + pixel) * pitch) + c] = nchw[i];
        }

        return nhwc;
    }

    /// <inheritdoc cref="ToNhwc(ReadOnlySpan{float}, TensorShape, int)"/>
    public static float[] ToNhwc(ReadOnlySpan<float> nchw, TensorShape shape) => ToNhwc(nchw, shape, shape.Channels);

    /// <summary>By way of the neighbours in double, not of the bits' arithmetic.</summary>
    private static float RoundToBFloat16(float value)
    {
        if (!float.IsFinite(value))
        {
            return value;
        }

        double unit = StoragePrecision.BFloat16.UnitInTheLastPlace(value);
        return (float)(Math.Round(value / unit, MidpointRounding.ToEven) * unit);
    }
}
