namespace CudaNet.Kernels.Cpu;

/// <summary>
/// Scratch memory of each thread, shared by all steps of an executable: steps say what they need while they are made, then it is allocated once.
/// </summary>
internal sealed unsafe class Scratch(int threads)
{
    private long _elements;
    private long _sharedElements;
    private long _stepElements;
    private long _stepSharedElements;
    private float* _start;

    public int Threads => threads;

    /// <summary>What the step asked for that was begun last, for all threads.</summary>
    public long StepBytes => checked(sizeof(float) * ((_stepElements * threads) + _stepSharedElements));

    /// <summary>What is asked for from now on is another step's.</summary>
    public void BeginStep() => (_stepElements, _stepSharedElements) = (0, 0);

    public void Require(long elements)
    {
        _elements = Math.Max(_elements, (elements + 15) / 16 * 16);
        _stepElements = Math.Max(_stepElements, elements);
    }

    /// <summary>Asks for memory that all threads of a step share.</summary>
    public void RequireShared(long elements)
    {
        _sharedElements = Math.Max(_sharedElements, elements);
        _stepSharedElements = Math.Max(_stepSharedElements, elements);
    }

    public void Allocate(NativeArena arena)
    {
        _start = arena.AllocateUnwritten(checked((_elements + 16) * threads), "workspaces").Pointer;
        Shared = _sharedElements == 0 ? null : arena.AllocateUnwritten(_sharedElements, "workspaces").Pointer;
    }

    /// <summary>What all threads share: one phase of a step writes it, the next reads it.</summary>
    public float* Shared { get; private set; }

    /// <summary>A thread's part, aligned to a cache line.</summary>
    public float* Of(int worker) => _start + (worker * (nint)(_elements + 16));

    /// <summary>The next cache line at or after an address.</summary>
    public static void* Align(void* address) => (void*)(((nuint)address + (NativeAllocator.Alignment - 1)) & ~(nuint)(NativeAllocator.Alignment - 1));
}
