using System.Numerics;
using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;
using static CudaNet.Kernels.Cuda.Native.cudnnSoftmaxAlgorithm_t;

namespace CudaNet.Emulator.Cudnn;

/// <summary>cudnnSoftmaxForward: over all of an image, or over the channels of each pixel. FAST overflows where the exponentials do.</summary>
internal sealed class SoftmaxOperation(
    cudnnSoftmaxAlgorithm_t algorithm, cudnnSoftmaxMode_t mode, TensorOperand x, TensorOperand y, Scaling scaling, bool inDouble)
    : TensorOperation("cudnnSoftmaxForward", x.Layout.Type, inDouble)
{
    public override IReadOnlyList<MemoryUse> Uses => [x.Use(MemoryAccess.Read), y.Use(scaling.ResultAccess)];

    protected override void Run<T>(OperationContext context)
    {
        using ScratchArray<T> values = Load<T>(context, x);
        int batch = x.Layout.Extents[0];
        int ofImage = x.Layout.ElementCount / batch;
        int channels = x.Layout.Extents[1];
        bool perPixel = mode == cudnnSoftmaxMode_t.CUDNN_SOFTMAX_MODE_CHANNEL;
        int step = perPixel ? ofImage / channels : 1;
        for (int n = 0; n < batch; n++)
        {
            for (int pixel = 0; pixel < step; pixel++)
            {
                Normalise(values.Span[((n * ofImage) + pixel)..], perPixel ? channels : ofImage, step);
            }
        }

        StoreScaled(context, y, values.Span, T.CreateChecked(scaling.Alpha), T.CreateChecked(scaling.Beta));
    }

    private void Normalise<T>(Span<T> values, int count, int step)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T largest = T.Zero;
        if (algorithm != CUDNN_SOFTMAX_FAST)
        {
            largest = values[0];
            for (int i = 1; i < count; i++)
            {
                largest = T.Max(largest, values[i * step]);
            }
        }

        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += double.CreateTruncating(T.Exp(values[i * step] - largest));
        }

        T total = T.CreateTruncating(algorithm == CUDNN_SOFTMAX_LOG ? Math.Log(sum) : sum);
        for (int i = 0; i < count; i++)
        {
            T shifted = values[i * step] - largest;
            values[i * step] = algorithm == CUDNN_SOFTMAX_LOG ? shifted - total : T.Exp(shifted) / total;
        }
    }
}
