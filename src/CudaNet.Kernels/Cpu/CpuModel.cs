using CudaNet.Engine;

namespace CudaNet.Kernels.Cpu;

/// <summary>Packed weights and the threads that use them, shared by all executables of all sessions.</summary>
internal sealed class CpuModel : PreparedModel
{
    private readonly NativeAllocator _allocator;
    private readonly WeightForms _forms;
    private readonly SimdWidth _width;

    public CpuModel(CpuBackend backend, LayerGraph graph, ParameterSet parameters, NativeAllocator allocator)
        : base(backend, graph)
    {
        _width = backend.SimdWidth;
        _allocator = allocator;
        _forms = new WeightForms(allocator);
        try
        {
            foreach (LayerNode node in graph.Layers)
            {
                Pack(node, parameters);
            }

            Pool = new WorkerPool(backend.Threads);
        }
        catch
        {
            _forms.Dispose();
            throw;
        }
    }

    /// <summary>The pool's threads would outlive a model that nobody disposed: they hold the pool, not the model.</summary>
    ~CpuModel() => Pool?.Abandon();

    public override long Bytes => _forms.Bytes;

    public WorkerPool Pool { get; }

    /// <summary>A layer's weights in the form that an algorithm wants.</summary>
    public TForm Get<TForm>(LayerNode node, string algorithm) => _forms.Get<TForm>(node, algorithm);

    protected override Executable LoadCore(ExecutionPlan plan, Place place, Type? binding)
    {
        NativeArena arena = new(_allocator);
        try
        {
            return _width switch
            {
                SimdWidth.Bits512 => new PlanLoader<Simd512>(this, plan, place, arena).Load(),
                SimdWidth.Bits256 => new PlanLoader<Simd256>(this, plan, place, arena).Load(),
                _ => new PlanLoader<Simd128>(this, plan, place, arena).Load(),
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

    protected override void ReleaseCore()
    {
        Pool.Dispose();
        _forms.Dispose();
    }

    private void Pack(LayerNode node, ParameterSet parameters)
    {
        Tensor? Get(string name) => parameters.TryGet($"{node.Name}.{name}", out Tensor? tensor) ? tensor : null;
        int lanes = (int)_width / (8 * sizeof(float));
        switch (node.Op)
        {
            case Conv2d op:
                string algorithm = StepAlgorithms.Of(op, node.Inputs[0] == Graph.Input);
                _forms.GetOrAdd(node, algorithm, arena => PackedConvolution.Pack(op, algorithm, Values(Get("weight")), Values(Get("bias")), lanes, arena));
                break;
            case BatchNorm2d op:
                _forms.GetOrAdd(node, StepAlgorithms.ScaleAndShift, arena =>
                    new PackedBatchNorm(op, Values(Get("weight")), Values(Get("bias")), Values(Get("running_mean")), Values(Get("running_var")), arena));
                break;
            case Linear op:
                _forms.GetOrAdd(node, StepAlgorithms.Panels, arena => new PackedLinear(op, Values(Get("weight")), Values(Get("bias")), lanes, arena));
                break;
            case ReLU or Add or MaxPool2d or GlobalAveragePool:
                break;
            default:
                throw new CudaNetException($"the cpu backend does not know {node.Op.Kind}") { Layer = node.Name };
        }
    }

    private static ReadOnlySpan<float> Values(Tensor? tensor) => tensor is null ? default : tensor.Values;
}
