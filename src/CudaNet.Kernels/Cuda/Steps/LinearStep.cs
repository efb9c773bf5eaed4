using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>A fully connected layer, by CudaNet's own kernel or by cuBLAS. Where no later layer reads it, its fp32 sums are what is stored.</summary>
internal sealed class LinearStep : CudaStep
{
    private readonly KernelSet _kernels;
    private readonly ArithmeticPrecision _precision;
    private readonly StepWeights _weights;
    private readonly Linear _op;
    private readonly DeviceBuffer _source;
    private readonly StoredBuffer _destination;
    private readonly EpilogueLaunch? _unscaling;
    private readonly int _batch;
    private readonly GemmBatches? _cublas;

    public LinearStep(CudaPlanLoader loader, PlanStep step, Linear op)
    {
        (_kernels, _precision, _op, _batch) = (loader.Kernels, loader.Options.Precision, op, step.Input.Shape.Batch);
        _weights = loader.Weights[step.Head.Node];
        _source = loader.Buffer(step.Input).Buffer;
        _destination = loader.Wide(step.Head) ?? loader.Buffer(step.Output);
        _cublas = loader.Options.Linear == CudaLinear.Cublas ? GemmBatches.Of(loader, op, _destination.Precision, _batch) : null;
        _ = _cublas is null ? (object)_kernels.Linear : _kernels.Bias;
        if (_weights.Constants is { } constants)
        {
            _unscaling = new EpilogueLaunch(_kernels.Epilogue, step.Output.Shape, _destination, new EpilogueOperands(constants, null, null, false));
            _unscaling.Store(EpiloguePlaces.Normalized, _destination);
        }

        Choice = _cublas is null
            ? StepChoices.Kernel(step, "linear", loader.Layout)
            : new StepChoice($"cuBLAS GemmEx{_cublas.Cut.Text}", _cublas.ScratchBytes)
            {
                Layout = "rows",
                Arithmetic = _cublas.ComputeType.ToString()["CUBLAS_COMPUTE_".Length..],
                BatchBits = StepChoices.BatchBits(loader.Options.BatchBits, "cuBLAS"),
            };
    }

    public override StepChoice Choice { get; }

    public override int Operations => (_cublas?.Operations ?? 1) + (_cublas is not null && _unscaling is null && _weights.Bias is not null ? 1 : 0) + (_unscaling is null ? 0 : 1);

    public override void Enqueue(CudaPlace place)
    {
        DeviceSlice? bias = _unscaling is null ? _weights.Bias?.Slice : null;
        StoragePrecision storage = _precision.Storage();
        if (_cublas is not null)
        {
            _cublas.Enqueue(place.Stream, place.Cublas, _source.Slice, _weights.Matrix!.Address, _destination.Buffer.Slice);
            if (bias is { } added)
            {
                _kernels.Bias.Add(place.Stream, _destination.Buffer.Slice, added, _batch, _op.OutFeatures, _destination.Precision, _destination.Buffer.Slice);
            }
        }
        else
        {
            _kernels.Linear.Run(place.Stream, _source.Slice, _batch, _op, _weights.Matrix!.Slice, bias, storage, _destination.Buffer.Slice, _destination.Precision);
        }

        _unscaling?.Enqueue(place.Stream);
    }
}
