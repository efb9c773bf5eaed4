using System.Buffers.Binary;
using System.Text;

namespace CudaNet.Data;

/// <summary>Names as NumPy's fixed-width unicode array: UTF-32, little-endian, padded with zeros to the longest name.</summary>
internal sealed class NameArray
{
    private readonly IReadOnlyList<string> _names;
    private readonly int _width;

    private NameArray(IReadOnlyList<string> names, IReadOnlyList<long> extents)
    {
        _names = names;
        _width = Math.Max(1, names.Select(n => n.EnumerateRunes().Count()).DefaultIfEmpty().Max());
        Header = new NpyHeader(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"<U{_width}"), false, extents);
    }

    /// <summary>Names, one after the other.</summary>
    public static NameArray Of(IReadOnlyList<string> names) => new(names, [names.Count]);

    /// <summary>One text: an array without extents.</summary>
    public static NameArray Of(string text) => new([text], []);

    public NpyHeader Header { get; }

    public long LengthBytes => (long)_names.Count * _width * sizeof(int);

    /// <summary>Hands out the bytes, a name at a time.</summary>
    public void WriteTo(Action<byte[]> write)
    {
        byte[] bytes = new byte[_width * sizeof(int)];
        foreach (string name in _names)
        {
            bytes.AsSpan().Clear();
            int at = 0;
            foreach (Rune rune in name.EnumerateRunes())
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), rune.Value);
                at += sizeof(int);
            }

            write(bytes);
        }
    }
}
