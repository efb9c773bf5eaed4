using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>Finds the bytes of storages.</summary>
/// <param name="find">The bytes under a key; null where the file has none.</param>
/// <param name="bigEndian">Their byte order.</param>
/// <param name="pickle">The pickle, for the place in errors.</param>
internal sealed class TorchStorages(Func<string, ByteRegion?> find, bool bigEndian, ByteRegion pickle)
{
    /// <summary>A tensor over the bytes of its storage.</summary>
    /// <exception cref="WeightFormatException">It leaves its storage, or the storage is not there.</exception>
    public WeightTensor Resolve(string name, TensorReference tensor)
    {
        StorageReference storage = tensor.Storage;
        ByteRegion bytes = (storage.Bytes is { } own ? own.Region is { } region ? region.Slice(storage.Start, region.Length - storage.Start) : null : find(storage.Key))
            ?? throw pickle.Error(0, $"tensor {Printable.Quote(name)} needs the storage {Printable.Quote(storage.Key)}, which is not in the file", "The file is cut off or damaged.");
        Int128 needed = (Int128)storage.ElementCount * storage.Type.SizeBytes();
        if (storage.ElementCount < 0 || storage.Offset < 0 || needed > bytes.Length || tensor.Offset < 0)
        {
            throw bytes.Error(0, $"tensor {Printable.Quote(name)} needs {storage.ElementCount} {storage.Type.TorchName()} in its storage, which has {bytes.Length} bytes");
        }

        try
        {
            long elements = (long)needed / tensor.Type.SizeBytes();
            // A view of a storage starts at an element of the storage's type, whatever the tensor's is.
            (long start, long rest) = Math.DivRem(checked(storage.Offset * storage.Type.SizeBytes()), tensor.Type.SizeBytes());
            TensorLayout layout = TensorLayout.View(tensor.Extents, tensor.Strides, checked(start + tensor.Offset), elements);
            return rest == 0
                ? new WeightTensor(name, tensor.Type, bytes, layout, storage.Bytes is null ? bigEndian : storage.IsBigEndian, tensor.IsNegated)
                : throw new ShapeException($"its storage starts between two {tensor.Type.TorchName()}");
        }
        catch (Exception exception) when (exception is ShapeException or OverflowException)
        {
            throw bytes.Error(0, $"tensor {Printable.Quote(name)}: {exception.Message}", inner: exception);
        }
    }
}
