using System.Runtime.InteropServices;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>Which bytes of the local memory of a warp's lanes belong to variables of functions that run: as frames come and go.</summary>
internal sealed unsafe class LocalShadow : IDisposable
{
    private readonly int _bytes;
    private byte* _occupied;

    public LocalShadow(int bytes)
    {
        _bytes = bytes;
        _occupied = (byte*)NativeMemory.AllocZeroed((nuint)Math.Max(1, bytes), 32);
    }

    ~LocalShadow() => Free();

    /// <summary>A block starts: all lanes have the kernel's frame and nothing else.</summary>
    public void Start(FrameLayout frame)
    {
        NativeMemory.Clear(_occupied, (nuint)_bytes * 32);
        for (int lane = 0; lane < 32; lane++)
        {
            frame.Occupied.CopyTo(new Span<byte>(_occupied + ((long)lane * _bytes), _bytes));
        }
    }

    /// <summary>The lanes that execute enter a function; their frames have been moved.</summary>
    public void Enter(Warp w, FrameLayout frame)
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            frame.Occupied.CopyTo(FrameOf(w, Lanes.First(m), frame));
        }
    }

    /// <summary>The lanes that execute return; their frames have not been moved yet.</summary>
    public void Leave(Warp w, FrameLayout frame)
    {
        for (uint m = w.Mask; m != 0; m &= m - 1)
        {
            FrameOf(w, Lanes.First(m), frame).Clear();
        }
    }

    /// <summary>Every byte of the access is a variable's.</summary>
    public bool IsInVariable(int lane, ulong address, int bytes) =>
        address < (ulong)_bytes && address + (ulong)bytes <= (ulong)_bytes && new ReadOnlySpan<byte>(_occupied + ((long)lane * _bytes) + address, bytes).IndexOf((byte)0) < 0;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private Span<byte> FrameOf(Warp w, int lane, FrameLayout frame) =>
        new(_occupied + ((long)lane * _bytes) + Lanes.Read<long>(w.Slots + RegisterFile.Frame, lane), frame.Bytes);

    private void Free()
    {
        NativeMemory.Free(_occupied);
        _occupied = null;
    }
}
