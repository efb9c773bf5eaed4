using CudaNet.Emulator.Arithmetic;

namespace CudaNet.Emulator.Tests.Cudnn;

/// <summary>A tensor of the test's own: values as doubles in NCHW order, already rounded to the type they are stored in.</summary>
internal sealed class HostTensor
{
    public HostTensor(ElementType type, bool nhwc, double[] values, params int[] extents)
    {
        (Type, IsNhwc, Extents) = (type, nhwc, extents);
        Values = Decode(Encode(values));
    }

    public ElementType Type { get; }

    public bool IsNhwc { get; }

    public int[] Extents { get; }

    public double[] Values { get; }

    public int Count => Extents.Aggregate(1, (product, extent) => product * extent);

    public int Bytes => Count * Elements.SizeOf(Type);

    public static HostTensor Random(int seed, ElementType type, bool nhwc, params int[] extents)
    {
        Random random = new(seed);
        double[] values = new double[extents.Aggregate(1, (product, extent) => product * extent)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = type == ElementType.Int8 ? random.Next(-100, 100) : (2 * random.NextDouble()) - 1;
        }

        return new HostTensor(type, nhwc, values, extents);
    }

    public byte[] ToBytes() => Encode(Values);

    public double[] Decode(byte[] bytes)
    {
        double[] stored = new double[Count];
        Elements.Read<double>(bytes, Type, 1, stored);
        double[] values = new double[Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = stored[Place(i)];
        }

        return values;
    }

    public double this[int n, int c, int h, int w] => Values[(((((n * Extents[1]) + c) * Extents[2]) + h) * Extents[3]) + w];

    private byte[] Encode(double[] values)
    {
        double[] stored = new double[values.Length];
        for (int i = 0; i < stored.Length; i++)
        {
            stored[Place(i)] = values[i];
        }

        byte[] bytes = new byte[values.Length * Elements.SizeOf(Type)];
        Elements.Write<double>(stored, Type, 1, bytes);
        return bytes;
    }

    private int Place(int logical)
    {
        if (!IsNhwc)
        {
            return logical;
        }

        int pixels = Extents[2] * Extents[3];
        int image = Extents[1] * pixels;
        (int n, int rest) = Math.DivRem(logical, image);
        (int c, int pixel) = Math.DivRem(rest, pixels);
        return (n * image) + (pixel * Extents[1]) + c;
    }
}
