namespace CudaNet.Emulator;

/// <summary>What an <see cref="EmulatedMachine"/> is made of and how strict it is. Nothing here changes after the machine is made.</summary>
public sealed record EmulatorOptions
{
    /// <summary>Draws every order that the rules leave open; a program of one thread replays exactly from it.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The devices by ordinal, 16 at most. None at all: the driver answers that there is no device.</summary>
    public IReadOnlyList<EmulatedDeviceProfile> Devices { get; init; } = [EmulatedDeviceProfile.Ampere];

    /// <summary>What the driver answers as its version: 1000·major + 10·minor.</summary>
    public int DriverVersion { get; init; } = 13000;

    /// <summary>What cuDNN answers as its version: 8907, 91900; its numbering of statuses follows.</summary>
    public int CudnnVersion { get; init; } = 91900;

    /// <summary>The CUDA generation of cuBLAS: 12 or 13.</summary>
    public int CublasMajor { get; init; } = 13;

    /// <summary>True: arguments that the real libraries accept although they cannot be meant (a negative stride, padding as wide as its window) are findings. The call still answers as they do.</summary>
    public bool FlagNonsense { get; init; } = true;

    /// <summary>True: asynchronous copies of host memory that is neither pinned nor registered are a finding. The call still answers as the driver does.</summary>
    public bool RefusePageableAsync { get; init; } = true;

    /// <summary>True: copies, memsets and library calls in different streams that touch the same bytes, one of them writing, with nothing that orders them, are a finding at the call, whatever order the seed draws.</summary>
    public bool FlagUnorderedWork { get; init; } = true;

    /// <summary>True: work that the thread of a capture queues to a stream outside it is a finding, unless the capture is relaxed.</summary>
    public bool FlagWorkOutsideCapture { get; init; } = true;

    /// <summary>What becomes of accesses of a kernel's threads to the same bytes that nothing orders.</summary>
    public RaceChecks Races { get; init; } = RaceChecks.Error;

    /// <summary>What freeing memory and unloading a module do while queued work uses it.</summary>
    public FreesInUse FreesInUse { get; init; } = FreesInUse.Refuse;

    /// <summary>
    /// True: the blocks of a plain launch run by their index, as GPUs start them in practice and CUDA does not promise; kernels that rely on it, such as scans in
    /// one pass, end then. False: in an order drawn from the seed.
    /// </summary>
    public bool BlocksInOrder { get; init; }

    /// <summary>Instructions of warps after which a launch counts as hanging.</summary>
    public long KernelInstructionBudget { get; init; } = 4_000_000_000;

    /// <summary>True: the leak report carries where each object was made. Slow.</summary>
    public bool RecordCallSites { get; init; }

    /// <summary>True: each finding is written to the standard error stream when it is made.</summary>
    public bool FindingsToError { get; init; }

    /// <summary>The faults to inject, from the first call on; more can be added while the machine runs.</summary>
    public IReadOnlyList<FaultInjection> Faults { get; init; } = [];
}
