namespace CudaNet.Emulator.Cublas;

/// <summary>The attributes of a cublasLt object: each has a size that must be met exactly, and nothing else is tested when it is set.</summary>
internal sealed class LtAttributes(IReadOnlyDictionary<int, byte[]> defaults)
{
    private readonly Dictionary<int, byte[]> _values = defaults.ToDictionary(pair => pair.Key, pair => (byte[])pair.Value.Clone());

    /// <summary>False: no such attribute, or another size.</summary>
    public bool TrySet(int attribute, ReadOnlySpan<byte> value)
    {
        if (!_values.TryGetValue(attribute, out byte[]? stored) || stored.Length != value.Length)
        {
            return false;
        }

        value.CopyTo(stored);
        return true;
    }

    /// <summary>Null: no such attribute.</summary>
    public byte[]? Find(int attribute) => _values.GetValueOrDefault(attribute);

    public int Int32(int attribute) => BitConverter.ToInt32(_values[attribute]);

    public long Int64(int attribute) => BitConverter.ToInt64(_values[attribute]);

    public LtAttributes Copy() => new(_values);
}
