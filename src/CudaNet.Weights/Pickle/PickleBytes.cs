using System.Text;

namespace CudaNet.Weights;

/// <summary>
/// A byte string of a pickle: where the file has it, or the characters that stand for its bytes. Copied only where it is read as values, and looked at once, however often
/// a small pickle names it. Small itself: a pickle can have millions.
/// </summary>
internal sealed class PickleBytes
{
    private string? _characters;
    private ByteRegion _region;
    private bool _standsForNone;
    private StorageReference? _storage;

    /// <param name="region">The bytes in the file.</param>
    public PickleBytes(ByteRegion region) => (_region, Length) = (region, region.Length);

    /// <param name="characters">A character a byte, as Python's Latin-1 has them.</param>
    /// <param name="pickle">The pickle, for messages.</param>
    public PickleBytes(string characters, ByteRegion pickle) => (_characters, _region, Length) = (characters, pickle, characters.Length);

    /// <summary>Number of bytes.</summary>
    public long Length { get; }

    /// <summary>The bytes; null where the characters stand for none.</summary>
    public ByteRegion? Region
    {
        get
        {
            if (_characters is { } characters)
            {
                _standsForNone = characters.Any(c => c > '\xFF');
                _region = _standsForNone ? _region : new FileBytes(_region.File.Name, Encoding.Latin1.GetBytes(characters)).All;
                _characters = null;
            }

            return _standsForNone ? null : _region;
        }
    }

    /// <summary>The storage that the bytes are a stream of, as plain pickles of tensors hold them; null where the characters stand for no bytes.</summary>
    /// <exception cref="WeightFormatException">They are something else.</exception>
    public StorageReference? Storage => _storage ??= Region is { } region ? TorchStreamReader.ReadStorage(region, this) : null;
}
