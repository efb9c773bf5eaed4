using System.Runtime.InteropServices;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>fp32 values as they lie in device memory: rounded to the nearest value of the precision, ties to even.</summary>
internal static class StorageEncoding
{
    public static byte[] Encode(ReadOnlySpan<float> values, StoragePrecision precision)
    {
        byte[] bytes = new byte[checked(values.Length * precision.Bytes())];
        Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan());
        switch (precision)
        {
            case StoragePrecision.Float32:
                MemoryMarshal.AsBytes(values).CopyTo(bytes);
                break;
            case StoragePrecision.Float16:
                for (int i = 0; i < values.Length; i++)
                {
                    halves[i] = BitConverter.HalfToUInt16Bits((Half)values[i]);
                }

                break;
            case StoragePrecision.BFloat16:
                for (int i = 0; i < values.Length; i++)
                {
                    halves[i] = UpperHalf(values[i]);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(precision), precision, "no storage precision");
        }

        return bytes;
    }

    /// <summary>The value that lies at the beginning of some bytes.</summary>
    public static float Decode(ReadOnlySpan<byte> bytes, StoragePrecision precision) => precision switch
    {
        StoragePrecision.Float32 => MemoryMarshal.Read<float>(bytes),
        StoragePrecision.Float16 => (float)MemoryMarshal.Read<Half>(bytes),
        StoragePrecision.BFloat16 => BitConverter.UInt32BitsToSingle((uint)MemoryMarshal.Read<ushort>(bytes) << 16),
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "no storage precision"),
    };

    /// <summary>The bits of a bf16. A NaN stays one, also where all that makes it one stands in the lower half.</summary>
    private static ushort UpperHalf(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((float.IsNaN(value) ? bits | 0x0040_0000 : bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
