using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Cudnn;

/// <summary>The addresses of a batch normalisation's parameters, all in one layout.</summary>
internal readonly record struct BatchNormParameters(TensorLayout Layout, ulong Scale, ulong Bias, ulong Mean, ulong Variance)
{
    public IEnumerable<TensorOperand> All => [new(Layout, Scale), new(Layout, Bias), new(Layout, Mean), new(Layout, Variance)];
}

/// <summary>cudnnBatchNormalizationForwardInference: y = α·(scale·(x − mean)/√(ε + variance) + bias) + β·y.</summary>
internal sealed class BatchNormOperation(
    TensorOperand x, TensorOperand y, BatchNormParameters parameters, double epsilon, Scaling scaling, bool inDouble)
    : TensorOperation("cudnnBatchNormalizationForwardInference", x.Layout.Type, inDouble)
{
    public override IReadOnlyList<MemoryUse> Uses =>
        [x.Use(MemoryAccess.Read), .. parameters.All.Select(p => p.Use(MemoryAccess.Read)), y.Use(scaling.ResultAccess)];

    protected override void Run<T>(OperationContext context)
    {
        using ScratchArray<T> values = Load<T>(context, x);
        using ScratchArray<T> scale = LoadParameter<T>(context, parameters.Scale);
        using ScratchArray<T> bias = LoadParameter<T>(context, parameters.Bias);
        using ScratchArray<T> mean = LoadParameter<T>(context, parameters.Mean);
        using ScratchArray<T> variance = LoadParameter<T>(context, parameters.Variance);
        bool spatial = parameters.Layout.Extents[2..].IndexOfAnyExcept(1) < 0;
        int channels = x.Layout.Extents[1];
        int pixels = x.Layout.ElementCount / x.Layout.Extents[0] / channels;
        T small = T.CreateTruncating(epsilon);
        for (int i = 0; i < values.Length; i++)
        {
            int p = spatial ? i / pixels % channels : i % (channels * pixels);
            values.Array[i] = (scale.Array[p] * (values.Array[i] - mean.Array[p]) / T.Sqrt(small + variance.Array[p])) + bias.Array[p];
        }

        StoreScaled(context, y, values.Span, T.CreateChecked(scaling.Alpha), T.CreateChecked(scaling.Beta));
    }

    private ScratchArray<T> LoadParameter<T>(OperationContext context, ulong address)
        where T : unmanaged => Load<T>(context, new TensorOperand(parameters.Layout, address));
}
