using System.Runtime.InteropServices;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>A block's shared memory, used by one block after the other, and beside each granule who wrote and read it last (see <see cref="AccessRecord"/>).</summary>
internal sealed unsafe class SharedMemory : IDisposable
{
    public SharedMemory(KernelProgram program, int dynamicBytes)
    {
        Granule = program.SharedGranule;
        Bytes = program.Kernel.DynamicSharedOffset + dynamicBytes;
        if (dynamicBytes == 0)
        {
            Bytes = program.Kernel.StaticSharedBytes;
        }

        int granules = (Bytes >> Granule) + 4;
        Data = (byte*)NativeMemory.AlignedAlloc((nuint)Bytes + 64, 128);
        Writers = (ulong*)NativeMemory.AllocZeroed((nuint)granules, sizeof(ulong));
        Readers = (ulong*)NativeMemory.AllocZeroed((nuint)granules, sizeof(ulong));
    }

    ~SharedMemory() => Free();

    public int Bytes { get; }

    /// <summary>log2 of the bytes of a granule.</summary>
    public int Granule { get; }

    public byte* Data { get; private set; }

    public ulong* Writers { get; private set; }

    public ulong* Readers { get; private set; }

    /// <summary>What a new block finds.</summary>
    public void Poison() => NativeMemory.Fill(Data, (nuint)Bytes, 0xFF);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(Data);
        NativeMemory.Free(Writers);
        NativeMemory.Free(Readers);
        Data = null;
        Writers = null;
        Readers = null;
    }
}
