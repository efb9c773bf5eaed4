global using unsafe Operation = delegate*<CudaNet.Emulator.Ptx.Execution.Warp, CudaNet.Emulator.Ptx.Execution.Instruction*, void>;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>
/// One decoded instruction. Operands are byte offsets of slots in a warp's register file (<see cref="RegisterFile"/>): registers, constants and special
/// registers alike, so that execution never asks what an operand is. An operand that is absent is <see cref="RegisterFile.Nothing"/> as a source and
/// <see cref="RegisterFile.Sink"/> as a destination.
/// </summary>
internal unsafe struct Instruction
{
    /// <summary>Executes it for the lanes of <see cref="Warp.Mask"/>.</summary>
    public Operation Execute;

    public int Destination;

    /// <summary>A second destination: <c>setp</c>'s <c>q</c>, <c>shfl</c>'s predicate.</summary>
    public int Destination2;
    public int A;
    public int B;
    public int C;
    public int E;

    /// <summary>The guard's slot, or a slot of ones.</summary>
    public int Guard;

    /// <summary>Xor-ed to the guard: all ones where it is negated.</summary>
    public uint GuardFlip;

    /// <summary>An index into <see cref="KernelProgram.Extras"/>: the registers of vectors, the arguments of calls, the targets of an indexed branch.</summary>
    public int Extra;

    /// <summary>How many registers <see cref="Extra"/> names.</summary>
    public int ExtraCount;

    /// <summary>Added to an address; or a small number of the instruction's own, such as a lookup table or a barrier's number.</summary>
    public long Immediate;

    /// <summary>Where a branch goes.</summary>
    public int Target;

    /// <summary>Where the two ways of a branch meet again; -1 where they never do.</summary>
    public int Meeting;

    /// <summary>The instruction of the text, by its number in the program.</summary>
    public int Origin;

    /// <summary>Memory: the instruction's number among those of its page that touch memory, as race records keep it.</summary>
    public ushort MemoryNumber;

    /// <summary>Memory: the page of that number, 0 for programs of common length.</summary>
    public ushort MemoryPage;

    public InstructionKind Kind;
    public InstructionFlow Flow;
    public InstructionTraits Traits;

    /// <summary>Memory: bytes of an element.</summary>
    public byte Size;

    /// <summary>Memory: log2 of <see cref="Size"/> times the elements: what the address must be a multiple of.</summary>
    public byte AlignmentLog;

    /// <summary>Memory: how it is ordered with others.</summary>
    public PtxMemoryOrder Order;

    /// <summary>Memory and fences: the threads that the order is for.</summary>
    public PtxMemoryScope Scope;

    /// <summary>Neither volatile nor ordered. An atomic operation may say no order, and is not weak for that.</summary>
    public readonly bool IsWeak => Order <= PtxMemoryOrder.Weak && Kind != InstructionKind.Atomic;

    /// <summary>Whether what it reads orders what comes after.</summary>
    public readonly bool Acquires => Order is PtxMemoryOrder.Acquire or PtxMemoryOrder.AcquireRelease or PtxMemoryOrder.SequentiallyConsistent;

    /// <summary>Whether what it writes publishes what came before.</summary>
    public readonly bool Releases => Order is PtxMemoryOrder.Release or PtxMemoryOrder.AcquireRelease or PtxMemoryOrder.SequentiallyConsistent;

    /// <summary>Whether what it orders, or the atomicity it has, ends with the block. A launch without clusters has one block in each.</summary>
    public readonly bool IsOfBlock => Scope is PtxMemoryScope.Block or PtxMemoryScope.Cluster;
}

/// <summary>Where control goes behind an instruction, and what waits at it.</summary>
internal enum InstructionFlow : byte
{
    Next,
    Branch,
    IndexedBranch,

    /// <summary>The function ends here.</summary>
    End,
    BlockBarrier,
    WarpBarrier,
}

/// <summary>What the execution of an instruction needs to know beyond its operation.</summary>
[Flags]
internal enum InstructionTraits : ushort
{
    None,

    /// <summary>It waits for the lanes it names.</summary>
    Synchronises = 1,

    /// <summary>It only computes: it passes on whether its sources were written, instead of insisting on it.</summary>
    PassesUnwritten = 2,

    /// <summary>The address register has 64 bits.</summary>
    WideAddress = 4,

    /// <summary>The register of a memory operand has 64 bits.</summary>
    WideData = 8,

    /// <summary>A load that extends its sign.</summary>
    Signed = 16,

    /// <summary>Volatile, relaxed, acquire or release, or the load before a compare-and-swap loop: exempt from race checks.</summary>
    Strong = 32,

    /// <summary>A comparison or a source predicate is inverted.</summary>
    Inverted = 64,

    /// <summary>The source predicate of <c>setp</c> or <c>selp</c> is negated.</summary>
    NegatedSource = 128,

    /// <summary>The register's 16 bits are extended from 8.</summary>
    Half = 256,

    /// <summary>Only the call's or branch's lanes all together.</summary>
    Uniform = 512,

    /// <summary><c>selp</c>: of A and B only the one taken matters.</summary>
    Selects = 1024,

    /// <summary>And, or of predicates: one source may settle the result, a false one or, where inverted, a true one.</summary>
    Settles = 2048,

    /// <summary>The registers of <see cref="Instruction.Extra"/> are destinations.</summary>
    Unpacks = 4096,

    /// <summary>Its value comes of a clock.</summary>
    ReadsClock = 8192,
}
