using CudaNet.Cli.SelfTest;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using Xunit;

namespace CudaNet.Emulator.Tests.Kernels;

/// <summary>Device memory between two runs of guard bytes, all of one pattern until something is written; reading checks the guards.</summary>
internal sealed class GuardedBuffer : IDisposable
{
    private const int Guard = 256;
    private const byte Pattern = 0xA5;

    private readonly CudaStream _stream;
    private readonly DeviceMemory _memory;
    private readonly int _offset;
    private readonly int _bytes;

    /// <param name="device">Where.</param>
    /// <param name="bytes">Between the guards.</param>
    /// <param name="misalignment">How far behind a multiple of 256 they begin.</param>
    public GuardedBuffer(KernelDevice device, int bytes, int misalignment = 0)
    {
        (_stream, _bytes, _offset) = (device.Stream, bytes, Guard + misalignment);
        _memory = new DeviceMemory(device.Context, _offset + bytes + Guard);
        _stream.Fill(Pattern, _memory);
    }

    public DeviceSlice Slice => _memory.Slice(_offset, _bytes);

    public GuardedBuffer Write(ReadOnlySpan<byte> bytes)
    {
        _stream.Upload(bytes, Slice);
        return this;
    }

    public byte[] Read()
    {
        byte[] all = new byte[_memory.Bytes];
        _stream.Download(_memory, all.AsSpan());
        Assert.Equal(-1, all.AsSpan(0, _offset).IndexOfAnyExcept(Pattern));
        Assert.Equal(-1, all.AsSpan(_offset + _bytes).IndexOfAnyExcept(Pattern));
        return all[_offset..(_offset + _bytes)];
    }

    public float[] Read(StoragePrecision precision) => StoredValues.Decode(Read(), precision);

    public void Dispose() => _memory.Dispose();
}
