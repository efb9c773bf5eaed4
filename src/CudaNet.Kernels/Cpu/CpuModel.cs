using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>Packed weights and the threads that use them, shared by all executables.</summary>
internal sealed class CpuModel : IPreparedModel
{
    private readonly Dictionary<LayerNode, object> _packed = [];
    private readonly NativeAllocator _allocator;
    private readonly NativeArena _arena;
    private readonly LayerGraph _graph;
    private readonly SimdWidth _width;

    public CpuModel(LayerGraph graph, ParameterSet parameters, SimdWidth width, int threads, NativeAllocator allocator)
    {
        _graph = graph;
        _width = width;
        _allocator = allocator;
        _arena = new NativeArena(allocator);
        try
        {
            foreach (LayerNode node in graph.Layers)
            {
                Pack(node, parameters);
            }

            Pool = new WorkerPool(threads);
        }
        catch
        {
            _arena.Dispose();
            throw;
        }
    }

    /// <summary>The pool's threads would outlive a model that nobody disposed: they hold the pool, not the model.</summary>
    ~CpuModel() => Pool?.Abandon();

    public long Bytes => _arena.Bytes;

    public WorkerPool Pool { get; }

    /// <summary>A layer's packed weights.</summary>
    public TPacked Get<TPacked>(LayerNode node) => (TPacked)_packed[node];

    public IExecutable Load(ExecutionPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Graph != _graph || plan.Layout != StorageLayout.Blocked16)
        {
            throw new CudaNetException("the plan is of another graph or another backend");
        }

        NativeArena arena = new(_allocator);
        try
        {
            return _width switch
            {
                SimdWidth.Bits512 => new PlanLoader<Simd512>(this, plan, arena).Load(),
                SimdWidth.Bits256 => new PlanLoader<Simd256>(this, plan, arena).Load(),
                _ => new PlanLoader<Simd128>(this, plan, arena).Load(),
            };
        }
        catch (OverflowException exception)
        {
            arena.Dispose();
            throw new CudaNetException($"a batch of {plan.InputShape} is beyond what the cpu backend can index", exception) { Hint = "Run smaller batches or smaller images." };
        }
        catch
        {
            arena.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Pool.Dispose();
        _arena.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Pack(LayerNode node, ParameterSet parameters)
    {
        ReadOnlySpan<float> Get(string name) => parameters.TryGet($"{node.Name}.{name}", out Tensor? tensor) ? tensor.Values : default;
        int lanes = (int)_width / (8 * sizeof(float));
        object? packed = node.Op switch
        {
            Conv2d op => PackedConvolution.Pack(op, node.Inputs[0] == _graph.Input, Get("weight"), Get("bias"), lanes, _arena),
            BatchNorm2d op => new PackedBatchNorm(op, Get("weight"), Get("bias"), Get("running_mean"), Get("running_var"), _arena),
            Linear op => new PackedLinear(op, Get("weight"), Get("bias"), lanes, _arena),
            ReLU or Add or MaxPool2d or GlobalAveragePool => null,
            _ => throw new CudaNetException($"the cpu backend does not know {node.Op.Kind}") { Layer = node.Name },
        };
        if (packed is not null)
        {
            _packed.Add(node, packed);
        }
    }
}
