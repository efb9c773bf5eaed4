using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>Weights on a device, shared by all executables of all sessions.</summary>
internal sealed class CudaModel : PreparedModel
{
    private readonly CudaBackend _backend;
    private readonly CudaRuntime _runtime;
    private readonly ModelWeights _weights;
    private readonly bool _checksRange;

    /// <summary>Takes a claim on the runtime over; where this throws, it is the caller's still.</summary>
    public CudaModel(CudaBackend backend, CudaRuntime runtime, LayerGraph graph, ParameterSet parameters)
        : base(backend, graph)
    {
        (_backend, _runtime) = (backend, runtime);
        _weights = new ModelWeights(graph, parameters, backend.Options);

        // Infinite results can only come of the precision where the weights are finite.
        _checksRange = backend.Options.Precision == ArithmeticPrecision.Float16 && parameters.Tensors.Values.All(t => HalfRange.AreFinite(t.Values));
        using (Uninterrupted.Enter(runtime.Loading))
        {
            using ContextScope scope = runtime.Context.Push();
            try
            {
                _weights.Upload(runtime.Stream);
            }
            catch
            {
                _weights.Dispose();
                throw;
            }
        }
    }

    public override long Bytes => _weights.Bytes;

    public override bool Takes(Type binding) => CudaBindings.Takes(binding);

    protected override Place CreatePlaceCore(int index)
    {
        using ContextScope scope = _runtime.Context.Push();
        return new CudaPlace(this, index, _runtime.Context, _backend.Options.Linear);
    }

    protected override Executable LoadCore(ExecutionPlan plan, Place place, Type? binding)
    {
        using (Uninterrupted.Enter(_runtime.Loading))
        {
            using ContextScope scope = _runtime.Context.Push();
            CudaProgram program = _backend.LoadProgram(_runtime, _weights, plan, binding, measures: false);
            try
            {
                return new CudaExecutable(plan, (CudaPlace)place, binding, _runtime.Context, program, _backend.Options, _checksRange);
            }
            catch
            {
                program.Dispose();
                throw;
            }
        }
    }

    protected override void ReleaseCore()
    {
        using (_runtime.Context.PushToRelease())
        {
            _weights.Dispose();
        }

        _backend.ReleaseRuntime(_runtime);
    }
}
