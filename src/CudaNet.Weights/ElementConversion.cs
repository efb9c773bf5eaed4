using System.Buffers.Binary;

namespace CudaNet.Weights;

/// <summary>Little-endian elements of a file to fp32.</summary>
internal static class ElementConversion
{
    /// <summary>True where <see cref="ToSingle"/> can convert the type.</summary>
    public static bool CanConvert(WeightType type) =>
        type is WeightType.Float32 or WeightType.Float16 or WeightType.BFloat16 or WeightType.Float64 or WeightType.Int64;

    /// <summary>Turns the sign of every element, exactly. Types that cannot be weights stay as they are: they are never read.</summary>
    public static void Negate(Span<byte> littleEndian, WeightType type)
    {
        if (!CanConvert(type))
        {
            return;
        }

        int size = type.SizeBytes();
        for (int i = 0; i < littleEndian.Length; i += size)
        {
            if (type == WeightType.Int64)
            {
                BinaryPrimitives.WriteInt64LittleEndian(littleEndian[i..], unchecked(-BinaryPrimitives.ReadInt64LittleEndian(littleEndian[i..])));
            }
            else
            {
                // The sign of the floating-point types is the highest bit.
                littleEndian[i + size - 1] ^= 0x80;
            }
        }
    }

    /// <summary>Converts element by element: exact for fp16 and bf16, rounded to nearest even for fp64 and int64.</summary>
    public static void ToSingle(ReadOnlySpan<byte> source, WeightType type, Span<float> destination)
    {
        switch (type)
        {
            case WeightType.Float32:
                for (int i = 0; i < destination.Length; i++)
                {
                    destination[i] = BinaryPrimitives.ReadSingleLittleEndian(source[(4 * i)..]);
                }

                break;
            case WeightType.Float16:
                HalfConversion.ToSingle(source, destination);
                break;
            case WeightType.BFloat16:
                for (int i = 0; i < destination.Length; i++)
                {
                    destination[i] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(source[(2 * i)..]) << 16);
                }

                break;
            case WeightType.Float64:
                for (int i = 0; i < destination.Length; i++)
                {
                    destination[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(source[(8 * i)..]);
                }

                break;
            case WeightType.Int64:
                for (int i = 0; i < destination.Length; i++)
                {
                    destination[i] = BinaryPrimitives.ReadInt64LittleEndian(source[(8 * i)..]);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "no conversion to fp32");
        }
    }
}
