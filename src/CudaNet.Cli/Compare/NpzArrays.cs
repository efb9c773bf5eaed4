using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Weights;

namespace CudaNet.Cli;

/// <summary>The arrays of NumPy's archive (<c>.npz</c>): entries <c>NAME.npy</c>, stored or deflated.</summary>
internal static class NpzArrays
{
    private const string Extension = ".npy";

    /// <summary>The longest header that is read, with its start.</summary>
    private const int MaxHeaderBytes = 12 + (1 << 16);

    /// <summary>True for a zip archive of nothing but arrays.</summary>
    public static bool IsArchive(FormatSource source) => source.Zip is { Names.Count: > 0 } zip && zip.Names.All(n => n.EndsWith(Extension, StringComparison.Ordinal));

    /// <exception cref="CudaNetException">An array is damaged, or the archive inflates beyond reason.</exception>
    public static (IReadOnlyList<WeightTensor> Tensors, IReadOnlyList<LeftOutEntry> Others) Read(FormatSource source)
    {
        List<WeightTensor> tensors = [];
        List<LeftOutEntry> others = [];
        foreach (string entry in source.Zip!.Names)
        {
            string name = entry[..^Extension.Length];
            ByteRegion bytes = source.Zip.Find(entry)!.Value;
            using MemoryStream start = new(bytes.First(MaxHeaderBytes).ToArray());
            NpyHeader header = ReadHeader(start, bytes);
            if (WeightTypes.FromNumpy(header.ElementType[1..]) is { } type)
            {
                ByteRegion data = bytes.Slice(start.Position, bytes.Length - start.Position);
                tensors.Add(new WeightTensor(name, type, data, Layout(header, data, data.Length / type.SizeBytes()), header.ElementType[0] == '>'));
            }
            else
            {
                others.Add(new LeftOutEntry(name, $"an array of '{header.ElementType}'"));
            }
        }

        return (tensors, others);
    }

    private static NpyHeader ReadHeader(MemoryStream start, ByteRegion bytes)
    {
        try
        {
            return NpyHeader.Read(start, bytes.File.Name);
        }
        catch (CudaNetException exception) when (exception is not WeightFormatException)
        {
            string prefix = $"{Printable.Text(bytes.File.Name)}: ";
            string message = exception.Message.StartsWith(prefix, StringComparison.Ordinal) ? exception.Message[prefix.Length..] : exception.Message;
            throw bytes.Error(0, message, exception.Hint, exception);
        }
    }

    private static TensorLayout Layout(NpyHeader header, ByteRegion data, long elements)
    {
        long[] extents = [.. header.Extents];
        long[] strides = new long[extents.Length];
        try
        {
            long stride = 1;
            for (int i = 0; i < extents.Length; i++)
            {
                int axis = header.IsFortranOrder ? i : extents.Length - 1 - i;
                strides[axis] = stride;
                stride = checked(stride * Math.Max(extents[axis], 1));
            }

            return TensorLayout.View(extents, strides, 0, elements);
        }
        catch (Exception exception) when (exception is ShapeException or OverflowException)
        {
            throw data.Error(0, $"the array of shape ({string.Join(", ", extents)}) does not fit its bytes: {exception.Message}", inner: exception);
        }
    }
}
