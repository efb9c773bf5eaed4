using System.Runtime.InteropServices;
using CudaNet.Engine;

namespace CudaNet.Data;

/// <summary>Reads input tensors that NumPy saved: fp32, C order, N×C×H×W, or C×H×W for one image.</summary>
public static class NpyReader
{
    /// <summary>The tensor of the file <paramref name="path"/>, in memory of its own: N×C×H×W, values as they are.</summary>
    /// <exception cref="CudaNetException">
    /// The file is missing, no <c>.npy</c>, of another type, order or rank, or its length does not fit its shape.
    /// </exception>
    public static Tensor Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return RegularFile.Read(path, file => Read(file, path));
    }

    /// <summary>The shape of the tensor that <see cref="Read(string)"/> would return, from the file's header and length alone.</summary>
    /// <exception cref="CudaNetException">As <see cref="Read(string)"/>.</exception>
    public static TensorShape ReadShape(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return RegularFile.Read(path, file => ReadShape(file, path));
    }

    private static TensorShape ReadShape(FileStream file, string path)
    {
        NpyHeader header = NpyHeader.Read(file, path);
        if (header.ElementType != "<f4" || header.IsFortranOrder)
        {
            string order = header.IsFortranOrder ? "Fortran" : "C";
            throw new CudaNetException($"holds '{header.ElementType}' in {order} order; an input tensor is '<f4' in C order")
            {
                File = path,
                Hint = Remedy(header),
            };
        }

        IReadOnlyList<long> extents = header.Extents;
        long dataBytes = file.Length - file.Position;
        if (extents.Count is not (3 or 4) || extents.Any(e => e is < 1 or > int.MaxValue))
        {
            string given = string.Join(", ", extents);
            throw new CudaNetException($"has the shape ({given}); an input tensor is N×C×H×W or C×H×W, no extent 0") { File = path };
        }

        TensorShape batch = ToBatch([.. extents.Select(e => (int)e)], path);
        UInt128 neededBytes = (UInt128)batch.ElementCount * sizeof(float);
        if ((UInt128)dataBytes != neededBytes)
        {
            throw new CudaNetException($"has {dataBytes} bytes of data; {batch} fp32 values need {neededBytes}") { File = path, Offset = file.Position };
        }

        if (batch.ElementCount > Array.MaxLength)
        {
            throw new CudaNetException($"{batch} has more than {Array.MaxLength} values, the most that one tensor can hold")
            {
                File = path,
                Hint = "Split it along N.",
            };
        }

        return batch;
    }

    /// <summary>How the array becomes an input: bytes are pixels, which a network takes divided and normalised; a last extent of 1 or 3 is the channels.</summary>
    private static string Remedy(NpyHeader header)
    {
        bool isByte = header.ElementType is "|u1" or "|i1" or "u1" or "i1";
        bool lastIsChannels = IsChannelsLast(header.Extents);
        string x = header.Extents.Count == 4 && lastIsChannels ? "x.transpose(0, 3, 1, 2)" : header.Extents.Count == 3 && lastIsChannels ? "x.transpose(2, 0, 1)" : "x";
        return (lastIsChannels ? "N×H×W×C? Transpose it. " : "")
            + (isByte ? "Bytes are pixels: divide by 255, and normalise as the model wants it. " : "")
            + $"In Python: numpy.save(path, numpy.ascontiguousarray({x}, dtype='<f4'){(isByte ? " / numpy.float32(255)" : "")}).";
    }

    private static bool IsChannelsLast(IReadOnlyList<long> extents) => extents.Count is (3 or 4) && extents[^1] is (1 or 3) && extents[^3] is not (1 or 3);

    private static TensorShape ToBatch(int[] extents, string path)
    {
        try
        {
            return extents.Length == 4 ? new TensorShape(extents) : new TensorShape([1, .. extents]);
        }
        catch (ShapeException exception)
        {
            throw new ShapeException(exception.Message) { File = path };
        }
    }

    private static Tensor Read(FileStream file, string path)
    {
        TensorShape batch = ReadShape(file, path);
        float[] values = LargePages.AllocateArray((int)batch.ElementCount);
        for (int read = 0; read < values.Length; read += 1 << 20)
        {
            file.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan(read, Math.Min(1 << 20, values.Length - read))));
        }

        return new Tensor(batch, values);
    }
}
