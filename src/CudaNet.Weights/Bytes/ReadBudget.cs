using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// What reading a file, or several that belong together, may allocate for values: sixteen times the file and 1 MiB. fp16 doubles, one byte an element quadruples; whatever
/// needs more repeats bytes (a zero stride, an archive that inflates beyond reason).
/// </summary>
/// <param name="file">The file, for messages.</param>
/// <param name="fileBytes">Its length, or that of all.</param>
internal sealed class ReadBudget(string file, long fileBytes)
{
    private long _left = (16 * Math.Min(fileBytes, long.MaxValue / 32)) + (1 << 20);

    /// <exception cref="WeightFormatException">It is used up.</exception>
    public void Take(long bytes, string name)
    {
        _left = bytes <= _left ? _left - bytes : throw new WeightFormatException(
            $"{Printable.Quote(name)} would bring what is read to more than 16 times the file's {fileBytes} bytes")
        { File = file };
    }

    /// <summary>Counts the fp32 values of tensors.</summary>
    public void Take(IEnumerable<WeightTensor> tensors)
    {
        foreach (WeightTensor tensor in tensors)
        {
            Take(tensor.IsZeroCopy ? 0 : tensor.Shape.ElementCount * sizeof(float), tensor.StoredName);
        }
    }
}
