using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;
using CudaNet.Kernels.Cuda.Native;

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
    private readonly bool _isCublas;

    public LinearStep(CudaPlanLoader loader, PlanStep step, Linear op)
    {
        (_kernels, _precision, _op, _batch) = (loader.Kernels, loader.Options.Precision, op, step.Input.Shape.Batch);
        _weights = loader.Weights[step.Head.Node];
        _source = loader.Buffer(step.Input).Buffer;
        _destination = loader.Wide(step.Head) ?? loader.Buffer(step.Output);
        _isCublas = loader.Options.Linear == CudaLinear.Cublas;
        _ = _isCublas ? (object)_kernels.Bias : _kernels.Linear;
        if (_weights.Constants is { } constants)
        {
            _unscaling = new EpilogueLaunch(_kernels.Epilogue, step.Output.Shape, _destination, new EpilogueOperands(constants, null, null, false));
            _unscaling.Store(EpiloguePlaces.Normalized, _destination);
        }

        Choice = _isCublas
            ? new StepChoice("cuBLAS GemmEx", 0) { Layout = "rows", Arithmetic = ComputeType.ToString()["CUBLAS_COMPUTE_".Length..] }
            : StepChoices.Kernel(step, "linear", loader.Layout);
    }

    public override StepChoice Choice { get; }

    public override int Operations => 1 + (_isCublas && _unscaling is null && _weights.Bias is not null ? 1 : 0) + (_unscaling is null ? 0 : 1);

    /// <summary>fp32 strictly: cuBLAS's plain type leaves the arithmetic to it.</summary>
    private cublasComputeType_t ComputeType => _precision == ArithmeticPrecision.Float32 ? cublasComputeType_t.CUBLAS_COMPUTE_32F_PEDANTIC : _precision.ComputeType();

    public override void Enqueue(CudaPlace place)
    {
        DeviceSlice? bias = _unscaling is null ? _weights.Bias?.Slice : null;
        StoragePrecision storage = _precision.Storage();
        if (_isCublas)
        {
            cudaDataType result = _destination.Precision == StoragePrecision.Float32 ? cudaDataType.CUDA_R_32F : _precision.CudaType();
            place.Cublas.GemmEx(
                Gemm.FullyConnected(_batch, _op.InFeatures, _op.OutFeatures), _precision.CudaType(), result, ComputeType,
                1, _weights.Matrix!.Address, _source.Address, 0, _destination.Buffer.Address);
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
