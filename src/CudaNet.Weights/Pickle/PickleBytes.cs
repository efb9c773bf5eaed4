using System.Text;

namespace CudaNet.Weights;

/// <summary>A byte string of a pickle: where the file has it, or the characters that stand for its bytes. Copied only where it is read as values.</summary>
internal sealed class PickleBytes
{
    // Lazy: looked at once, however often a small pickle names it.
    private readonly Lazy<ByteRegion?> _region;
    private readonly Lazy<StorageReference?> _storage;

    /// <param name="region">The bytes in the file.</param>
    public PickleBytes(ByteRegion region)
        : this(region.Length, () => region)
    {
    }

    /// <param name="characters">A character a byte, as Python's Latin-1 has them.</param>
    public PickleBytes(string characters)
        : this(characters.Length, () => characters.Any(c => c > '\xFF') ? null : new FileBytes("(bytes)", Encoding.Latin1.GetBytes(characters)).All)
    {
    }

    private PickleBytes(long length, Func<ByteRegion?> region)
    {
        Length = length;
        _region = new Lazy<ByteRegion?>(region);
        _storage = new Lazy<StorageReference?>(() => Region is { } bytes ? TorchStreamReader.ReadStorage(bytes, this) : null);
    }

    /// <summary>Number of bytes.</summary>
    public long Length { get; }

    /// <summary>The bytes; null where the characters stand for none.</summary>
    public ByteRegion? Region => _region.Value;

    /// <summary>The storage that the bytes are a stream of, as plain pickles of tensors hold them; read once.</summary>
    /// <exception cref="WeightFormatException">They are something else.</exception>
    public StorageReference? Storage => _storage.Value;
}
