using System.Diagnostics;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Ptx.Execution;

/// <summary>What one launch knows while it runs.</summary>
internal sealed unsafe class LaunchState
{
    private const int MostBlocks = 1 << 20;

    private static ulong _launches;

    private readonly long[] _counts = GC.AllocateArray<long>(2 * ((int)InstructionKind.Auxiliary + 1), pinned: true);
    private readonly byte[] _parameters;
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private long _left;
    private long _lookAt;
    private WaitWatch? _waits;
    private readonly ulong _pages;
    private ulong _clock;
    private HashSet<(int, int, int, int)>? _races;

    public LaunchState(KernelLaunch launch, KernelProgram program, IDeviceMemory memory, Random random, InterpreterOptions options)
    {
        Launch = launch;
        Program = program;
        Memory = memory;
        Random = random;
        Options = options;
        Number = Interlocked.Increment(ref _launches);
        _left = options.InstructionBudget;
        _parameters = GC.AllocateArray<byte>(launch.Parameters.Length + 16, pinned: true);
        launch.Parameters.Span.CopyTo(_parameters);
        fixed (long* counts = _counts)
        {
            Counts = counts;
        }

        fixed (byte* parameters = _parameters)
        {
            Parameters = parameters;
        }

        Ranges = new MemoryRange?[program.Length];
        _pages = System.Numerics.BitOperations.RoundUpToPowerOf2((uint)((program.MemoryOrigins.Count + AccessRecord.PageInstructions - 1) / AccessRecord.PageInstructions));
        _pages = Math.Max(1, _pages);
        Time = _pages;
    }

    public KernelLaunch Launch { get; }

    public KernelProgram Program { get; }

    public IDeviceMemory Memory { get; }

    public Random Random { get; }

    public InterpreterOptions Options { get; }

    /// <summary>Different for all launches of the process: shadows tell by it what is old.</summary>
    public ulong Number { get; }

    /// <summary>Warp- and thread-instructions by kind.</summary>
    public long* Counts { get; }

    /// <summary>The parameter block.</summary>
    public byte* Parameters { get; }

    public int ParameterBytes => Launch.Parameters.Length;

    /// <summary>The range each instruction of the program touched last.</summary>
    public MemoryRange?[] Ranges { get; }

    public MemoryCounts Memories { get; } = new();

    /// <summary>
    /// The time of events that order accesses: barriers, warp synchronisations, fences, starts of blocks. Its last digit, to the base of the program's pages of
    /// memory instructions, is the page that was executed last: an access record's time says which page its instruction's number is of.
    /// </summary>
    public ulong Time { get; private set; }

    /// <summary>When a thread last published what it wrote with a fence or a release of the device's scope.</summary>
    public ulong FencedAt { get; set; }

    /// <summary>When the last blocks started, in the order they ran, with their linear indices: to name a block that touched something earlier.</summary>
    public List<(ulong Time, long Block)> Blocks { get; } = [];

    /// <summary>Notes that a block starts. Of very many the older half is forgotten.</summary>
    public void Note(ulong time, long block)
    {
        if (Blocks.Count == MostBlocks)
        {
            Blocks.RemoveRange(0, MostBlocks / 2);
        }

        Blocks.Add((time, block));
    }

    /// <summary>The block that ran at a time, where they run one after the other.</summary>
    public long BlockAt(ulong time) => Blocks.FindLast(block => block.Time <= time).Block;

    /// <summary>The place of a block in the grid.</summary>
    public (int X, int Y, int Z) IndexOf(long block)
    {
        PtxDimensions grid = Launch.Grid;
        return ((int)(block % grid.X), (int)(block / grid.X % grid.Y), (int)(block / grid.X / grid.Y));
    }

    /// <summary>Who touched what and what is ordered, where blocks run interleaved; null where one runs after the other.</summary>
    public GridShadow? Grid { get; init; }

    /// <summary>Whether no race of these two instructions was met before in this launch.</summary>
    public bool IsNewRace(int page, int number, int otherPage, int otherNumber) => (_races ??= []).Add((page, number, otherPage, otherNumber));

    public ulong Tick() => Time = (Time & ~(_pages - 1)) + _pages;

    /// <summary>The time for accesses by an instruction of a page: it goes on where another page's came before, which orders nothing.</summary>
    public ulong TimeOf(ushort page)
    {
        ulong last = Time & (_pages - 1);
        if (last != page)
        {
            Time = (Time & ~(_pages - 1)) + page + (page < last ? _pages : 0);
        }

        return Time;
    }

    /// <summary>The page that was executed at a time.</summary>
    public int PageAt(ulong time) => (int)(time & (_pages - 1));

    /// <summary>Counts on with every read.</summary>
    public ulong Clock() => ++_clock;

    public void Count(InstructionKind kind, uint lanes)
    {
        Counts[(int)kind * 2]++;
        Counts[((int)kind * 2) + 1] += System.Numerics.BitOperations.PopCount(lanes);
    }

    /// <summary>Takes instructions from the launch's budget.</summary>
    public void Spend(int instructions) => _left -= instructions;

    public bool IsSpent => _left < 0;

    /// <summary>What is left of the budget.</summary>
    public long Left => _left;

    /// <summary>So many instructions were executed since the last look at what waits.</summary>
    public bool IsLookDue => _left < _lookAt;

    /// <summary>Finds waits that nothing ends.</summary>
    public WaitWatch Waits => _waits ??= new WaitWatch(this);

    public void LookAfter(long instructions) => _lookAt = _left - instructions;

    public long ElapsedNanoseconds => (long)Stopwatch.GetElapsedTime(_startedAt).TotalNanoseconds;

    /// <summary>The address of a variable in its space, or its generic one.</summary>
    public ulong AddressOf(PtxVariable variable, bool generic)
    {
        switch (variable.Space)
        {
            case PtxStateSpace.Shared:
                return (ulong)Program.Kernel.SharedOffsets[variable] + (generic ? KernelProgram.SharedWindow : 0);
            case PtxStateSpace.Param:
                return KernelProgram.ParameterWindow + (ulong)variable.Offset;
            default:
                return Launch.Variables.TryGetValue(variable, out ulong address)
                    ? address
                    : throw new InvalidOperationException($"the launch of '{Program.Kernel.Name}' gives no address for the variable '{variable.Name}'");
        }
    }

    public KernelCounters Counters() => new()
    {
        IntegerArithmetic = Of(InstructionKind.Integer),
        FloatArithmetic = Of(InstructionKind.Float),
        Conversion = Of(InstructionKind.Conversion),
        Global = Of(InstructionKind.Global),
        Shared = Of(InstructionKind.Shared),
        Local = Of(InstructionKind.Local),
        Constant = Of(InstructionKind.Constant),
        Control = Of(InstructionKind.Control),
        Synchronisation = Of(InstructionKind.Synchronisation),
        Special = Of(InstructionKind.Special),
        Atomics = Of(InstructionKind.Atomic),
        GlobalSectors = Memories.Sectors,
        IdealGlobalSectors = Memories.IdealSectors,
        GlobalBytesLoaded = Memories.Loaded,
        GlobalBytesStored = Memories.Stored,
        CompulsoryBytesLoaded = Memories.DistinctLoaded,
        CompulsoryBytesStored = Memories.DistinctStored,
        SharedPasses = Memories.Passes,
        IdealSharedPasses = Memories.IdealPasses,
    };

    private InstructionCounts Of(InstructionKind kind) => new(Counts[(int)kind * 2], Counts[((int)kind * 2) + 1]);
}

/// <summary>What memory instructions moved.</summary>
internal sealed class MemoryCounts
{
    public long Sectors;
    public long IdealSectors;
    public long Loaded;
    public long Stored;
    public long DistinctLoaded;
    public long DistinctStored;
    public long Passes;
    public long IdealPasses;
}
