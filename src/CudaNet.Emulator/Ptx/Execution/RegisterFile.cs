using System.Runtime.InteropServices;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// The registers of a warp as a structure of arrays: each register is a slot of 32 lanes of 4 bytes, or two slots in a row for 32 lanes of 8 bytes; a register of
/// 16 bits has zeros above. A predicate's slot holds the mask of its lanes in its first word. Beside each slot stands the mask of the lanes that were written.
/// Constants and special registers are slots too.
/// </summary>
internal sealed unsafe class RegisterFile : IDisposable
{
    public const int SlotBytes = 128;
    public const int SlotShift = 7;

    /// <summary>The slots of sources that are not there: zeros that count as written, two slots long.</summary>
    public const int Nothing = 0;

    /// <summary>The slots of destinations nobody reads, two slots long; its flag may say anything.</summary>
    public const int Sink = 2 * SlotBytes;

    /// <summary>A predicate that is true for all lanes.</summary>
    public const int AlwaysTrue = 4 * SlotBytes;

    /// <summary>A 64-bit slot: where the frame of the function that runs starts in the lane's local memory.</summary>
    public const int Frame = 5 * SlotBytes;

    /// <summary>The carry flag, a predicate.</summary>
    public const int Carry = 7 * SlotBytes;

    /// <summary>The first slot that the decoder gives away.</summary>
    public const int First = 8 * SlotBytes;

    public RegisterFile(int bytes)
    {
        Slots = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 64);
        Written = (uint*)NativeMemory.AlignedAlloc((nuint)(bytes >> SlotShift) * sizeof(uint), 64);
        NativeMemory.Clear(Slots, (nuint)bytes);
        NativeMemory.Clear(Written, (nuint)(bytes >> SlotShift) * sizeof(uint));
        *(uint*)(Slots + AlwaysTrue) = uint.MaxValue;
    }

    ~RegisterFile() => Free();

    public byte* Slots { get; private set; }

    /// <summary>The written lanes of each slot.</summary>
    public uint* Written { get; private set; }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(Slots);
        NativeMemory.AlignedFree(Written);
        Slots = null;
        Written = null;
    }
}
