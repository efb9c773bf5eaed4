using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>Packed weights and the threads that use them, shared by all executables of all sessions.</summary>
internal sealed class CpuModel : PreparedModel
{
    private readonly NativeAllocator _allocator;
    private readonly CpuLayers _layers;

    public CpuModel(CpuBackend backend, LayerGraph graph, ParameterSet parameters, NativeAllocator allocator)
        : base(backend, graph)
    {
        _allocator = allocator;
        _layers = new CpuLayers(graph, parameters, backend, allocator);
        try
        {
            Pool = new WorkerPool(backend.Threads);
        }
        catch
        {
            _layers.Dispose();
            throw;
        }
    }

    /// <summary>The pool's threads would outlive a model that nobody disposed: they hold the pool, not the model.</summary>
    ~CpuModel() => Pool?.Abandon();

    public override long Bytes => _layers.Forms.Bytes;

    public WorkerPool Pool { get; }

    protected override Executable LoadCore(ExecutionPlan plan, Place place, Type? binding)
    {
        NativeArena arena = new(_allocator);
        try
        {
            CpuProgram program = _layers.Load(plan, arena, Pool.Threads);
            program.Host.Allocate(_allocator.InitialValue);
            return new CpuExecutable(plan, place, arena, this, program);
        }
        catch
        {
            arena.Dispose();
            throw;
        }
    }

    protected override void ReleaseCore()
    {
        Pool.Dispose();
        _layers.Dispose();
    }
}
