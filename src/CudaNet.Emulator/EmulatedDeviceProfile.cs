namespace CudaNet.Emulator;

/// <summary>What one emulated device is and can do. Start from a preset and change what a test needs: <c>EmulatedDeviceProfile.Ampere with { MemoryBytes = 1 &lt;&lt; 20 }</c>.</summary>
public sealed record EmulatedDeviceProfile
{
    /// <summary>Compute capability 7.5: tensor cores without bf16 and tf32.</summary>
    public static EmulatedDeviceProfile Turing { get; } = new()
    {
        Name = "Emulated Turing",
        Major = 7,
        Minor = 5,
        Multiprocessors = 40,
        L2Bytes = 4 << 20,
        MemoryBytes = 16L << 30,
        SharedBytesPerMultiprocessor = 64 << 10,
        SharedBytesPerBlockOptIn = 64 << 10,
        ReservedSharedBytesPerBlock = 0,
        ThreadsPerMultiprocessor = 1024,
        BlocksPerMultiprocessor = 16,
    };

    /// <summary>Compute capability 7.5 without tensor cores, which only its name tells.</summary>
    public static EmulatedDeviceProfile GeForceGtx16 { get; } = Turing with
    {
        Name = "NVIDIA GeForce GTX 1660 Ti",
        Multiprocessors = 24,
        L2Bytes = 1536 << 10,
        MemoryBytes = 6L << 30,
        HasTensorCores = false,
    };

    /// <summary>Compute capability 8.0.</summary>
    public static EmulatedDeviceProfile Ampere { get; } = new();

    /// <summary>Compute capability 9.0.</summary>
    public static EmulatedDeviceProfile Hopper { get; } = new()
    {
        Name = "Emulated Hopper",
        Major = 9,
        Multiprocessors = 132,
        L2Bytes = 50 << 20,
        MemoryBytes = 80L << 30,
        SharedBytesPerMultiprocessor = 228 << 10,
        SharedBytesPerBlockOptIn = 227 << 10,
    };

    /// <summary>Compute capability 12.0.</summary>
    public static EmulatedDeviceProfile Blackwell { get; } = new()
    {
        Name = "Emulated Blackwell",
        Major = 12,
        Multiprocessors = 170,
        L2Bytes = 96 << 20,
        MemoryBytes = 32L << 30,
        SharedBytesPerMultiprocessor = 100 << 10,
        SharedBytesPerBlockOptIn = 99 << 10,
        ThreadsPerMultiprocessor = 1536,
        BlocksPerMultiprocessor = 24,
    };

    /// <summary>What the driver answers as the device's name.</summary>
    public string Name { get; init; } = "Emulated Ampere";

    /// <summary>Major part of the compute capability; code for a later one is refused.</summary>
    public int Major { get; init; } = 8;

    /// <summary>Minor part of the compute capability.</summary>
    public int Minor { get; init; }

    /// <summary>Device memory in bytes; an allocation beyond it is out of memory. The host must have as much only where it is allocated.</summary>
    public long MemoryBytes { get; init; } = 40L << 30;

    /// <summary>Number of streaming multiprocessors, as programs size their grids by it.</summary>
    public int Multiprocessors { get; init; } = 108;

    /// <summary>Size of the second-level cache in bytes.</summary>
    public int L2Bytes { get; init; } = 40 << 20;

    /// <summary>Shared memory of a block in bytes without opting in.</summary>
    public int SharedBytesPerBlock { get; init; } = 48 << 10;

    /// <summary>Shared memory of a block in bytes where the function opted in.</summary>
    public int SharedBytesPerBlockOptIn { get; init; } = 163 << 10;

    /// <summary>Shared memory of a multiprocessor in bytes.</summary>
    public int SharedBytesPerMultiprocessor { get; init; } = 164 << 10;

    /// <summary>Shared memory in bytes that the driver keeps of each block.</summary>
    public int ReservedSharedBytesPerBlock { get; init; } = 1 << 10;

    /// <summary>Resident threads of a multiprocessor.</summary>
    public int ThreadsPerMultiprocessor { get; init; } = 2048;

    /// <summary>Resident blocks of a multiprocessor.</summary>
    public int BlocksPerMultiprocessor { get; init; } = 32;

    /// <summary>Registers of a multiprocessor, and of a block.</summary>
    public int Registers { get; init; } = 65536;

    /// <summary>False: libraries compute with fused multiply-adds whatever math is allowed, and list no algorithm with another.</summary>
    public bool HasTensorCores { get; init; } = true;

    /// <summary>
    /// True: code is loaded when it is first used, in each context: kernels one by one, those of libraries by function, algorithm and types. In a
    /// capture that answers 900, or that the execution failed, and breaks it.
    /// </summary>
    public bool LoadsLazily { get; init; }

    /// <summary>False: the fused convolution call answers that it is not supported.</summary>
    public bool HasFusedConvolution { get; init; } = true;

    /// <summary>False: convolutions refuse tensors in NHWC order.</summary>
    public bool HasChannelsLast { get; init; } = true;

    /// <summary>True: of the convolution algorithms only number 0 runs.</summary>
    public bool OnlyFirstAlgorithm { get; init; }

    /// <summary>True: whatever needs a workspace answers that it is not supported.</summary>
    public bool NoWorkspace { get; init; }

    /// <summary>True: cuDNN ranks first an algorithm that is refused when it runs; those behind it run.</summary>
    public bool LeadingAlgorithmFails { get; init; }

    /// <summary>True: cuDNN ranks first an algorithm that is refused when its workspace is asked for, and when it runs.</summary>
    public bool LeadingWorkspaceFails { get; init; }

    /// <summary>True: a convolution's sums are in another order from a batch of 4 images on, and in yet another from 16 on.</summary>
    public bool SumsByBatch { get; init; }

    /// <summary>True: a convolution's sums are in another order where more workspace is given than is needed, and in yet another from 1 MiB more on.</summary>
    public bool SumsByWorkspace { get; init; }

    /// <summary>Device memory in bytes that the first run of each convolution algorithm but number 0 takes, for as long as its cuDNN handle lives.</summary>
    public long KeptConvolutionBytes { get; init; }

    /// <summary>False: stream-ordered allocation is not there (attribute 115 is 0).</summary>
    public bool HasMemoryPools { get; init; } = true;
}
