using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>32 threads of a block: their registers, where they are in the program, and the loop that executes them.</summary>
internal sealed unsafe partial class Warp : IDisposable
{
    private readonly RegisterFile _file;
    private readonly uint[] _initiallyWritten;

    public Warp(LaunchState launch, int index)
    {
        Launch = launch;
        Index = index;
        Acquired = new ulong[launch.Launch.WarpsPerBlock];
        KernelProgram program = launch.Program;
        _file = new RegisterFile(program.FileBytes);
        Slots = _file.Slots;
        Written = _file.Written;
        Addresses = (ulong*)NativeMemory.AlignedAlloc(32 * sizeof(ulong), 64);
        LocalBytes = program.LocalBytes(launch.Options);
        Locals = new LocalShadow(LocalBytes);
        Local = (byte*)NativeMemory.Alloc((nuint)Math.Max(1, LocalBytes), 32);
        _initiallyWritten = new uint[program.FileBytes >> RegisterFile.SlotShift];
        program.FillConstants(this, launch);
        new ReadOnlySpan<uint>(Written, _initiallyWritten.Length).CopyTo(_initiallyWritten);
    }

    public LaunchState Launch { get; }

    /// <summary>Its number in the block.</summary>
    public int Index { get; }

    public byte* Slots { get; }

    public uint* Written { get; }

    /// <summary>The lanes that execute the instruction.</summary>
    public uint Mask { get; set; }

    /// <summary>The lanes that exist and have not exited.</summary>
    public uint Live { get; private set; }

    /// <summary>The addresses of the memory instruction that executes, by lane.</summary>
    public ulong* Addresses { get; }

    /// <summary>Local memory, lane after lane.</summary>
    public byte* Local { get; }

    public int LocalBytes { get; }

    /// <summary>Where in local memory variables lie.</summary>
    public LocalShadow Locals { get; }

    /// <summary>The block it belongs to now.</summary>
    public Block Block { get; private set; } = null!;

    /// <summary>Accesses of this warp's threads before this time are ordered before what follows.</summary>
    public ulong SyncedAt { get; set; }

    /// <summary>What other blocks published with a fence before this time is ordered before what follows.</summary>
    public ulong AcquiredAt { get; set; }

    /// <summary>For each warp of the block: its accesses before that time are ordered before what follows (<see cref="BlockOrdering"/>).</summary>
    public ulong[] Acquired { get; }

    /// <summary>It acquired something in this block.</summary>
    public bool HasAcquired { get; set; }

    /// <summary>It read something with an access that is not weak since its last fence.</summary>
    public bool HasReadFlag { get; set; }

    /// <summary>Where blocks run interleaved: what is ordered before what the warp does now (<see cref="GridClocks"/>).</summary>
    public ulong[]? Known { get; set; }

    /// <summary>What a fence would add to that: it came with values that the warp has read.</summary>
    public ulong[]? Seen { get; set; }

    /// <summary>What was ordered before the warp's last fence: its writes come with that.</summary>
    public ulong[]? Fenced { get; set; }

    /// <summary>Makes it the warp of another block, at the start of the kernel.</summary>
    public void Start(Block block, int threads)
    {
        Block = block;
        Live = threads >= 32 ? Lanes.All : (1u << threads) - 1;
        _initiallyWritten.CopyTo(new Span<uint>(Written, _initiallyWritten.Length));
        Launch.Program.FillSpecials(this, block);
        if (LocalBytes > 0)
        {
            NativeMemory.Fill(Local, (nuint)LocalBytes * 32, 0xFF);
            Locals.Start(Launch.Program.EntryFrame);
        }

        _unwritten.Clear();
        SyncedAt = block.StartedAt;
        AcquiredAt = 0;
        HasAcquired = HasReadFlag = false;
        Known = Seen = Fenced = null;
        StartPath();
    }

    /// <summary>Writes a predicate in the lanes that execute.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WritePredicate(int slot, uint value)
    {
        uint* predicate = (uint*)(Slots + slot);
        *predicate = (*predicate & ~Mask) | (value & Mask);
        Written[slot >> RegisterFile.SlotShift] |= Mask;
    }

    /// <summary>The source predicate C as its negation asks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint SourcePredicate(Instruction* i) =>
        *(uint*)(Slots + i->C) ^ ((i->Traits & InstructionTraits.NegatedSource) != 0 ? Lanes.All : 0);

    /// <summary>Faults where a lane that executes reads a register nothing wrote.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void RequireWritten(Instruction* i, int slot)
    {
        uint missing = Mask & ~Written[slot >> RegisterFile.SlotShift];
        if (missing != 0)
        {
            Faults.ReadUnwritten(this, i, slot, missing);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MarkWritten(int slot) => Written[slot >> RegisterFile.SlotShift] |= Mask;

    public void Dispose()
    {
        _file.Dispose();
        NativeMemory.AlignedFree(Addresses);
        NativeMemory.Free(Local);
        Locals.Dispose();
    }

    /// <summary>Executes instructions of the current path until it ends, waits, or <paramref name="slice"/> of them are done.</summary>
    private void RunPath(ref int slice)
    {
        Instruction* code = Launch.Program.Code;
        long* counts = Launch.Counts;
        bool insist = Launch.Options.CheckInitialisation;
        while (_active != 0)
        {
            if (Pc == _joinPc && Arrive())
            {
                continue;
            }

            if (--slice < 0)
            {
                return;
            }

            Instruction* i = code + Pc;
            uint mask = _active & (*(uint*)(Slots + i->Guard) ^ i->GuardFlip);
            uint missing = mask & ~(Written[i->A >> RegisterFile.SlotShift] & Written[i->B >> RegisterFile.SlotShift]
                & Written[i->C >> RegisterFile.SlotShift] & Written[i->E >> RegisterFile.SlotShift]);
            if ((missing | (_active & ~Written[i->Guard >> RegisterFile.SlotShift])) != 0 && insist)
            {
                missing = Unwritten(i, mask, missing);
            }

            if ((i->Traits & InstructionTraits.Synchronises) != 0 && !Synchronise(i, mask))
            {
                continue;
            }

            long* count = counts + ((int)i->Kind * 2);
            count[0]++;
            count[1] += BitOperations.PopCount(mask);
            Pc++;
            if (mask == 0)
            {
                continue;
            }

            Mask = mask;
            Written[i->Destination >> RegisterFile.SlotShift] |= mask;
            i->Execute(this, i);
            if (missing != 0)
            {
                LeaveUnwritten(i, missing);
            }
        }
    }
}
