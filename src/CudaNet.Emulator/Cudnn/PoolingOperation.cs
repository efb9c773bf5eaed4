using System.Numerics;
using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Cudnn;

/// <summary>cudnnPoolingForward over two spatial extents. Padding is −∞ to a maximum and 0 to an average.</summary>
internal sealed class PoolingOperation(EmulatedPoolingDescriptor pooling, TensorOperand x, TensorOperand y, Scaling scaling, bool inDouble)
    : TensorOperation("cudnnPoolingForward", x.Layout.Type, inDouble)
{
    private readonly cudnnPoolingMode_t _mode = pooling.Mode;
    private readonly bool _propagatesNan = pooling.NanOption == cudnnNanPropagation_t.CUDNN_PROPAGATE_NAN;
    private readonly (int Window, int Padding, int Stride) _rows = (pooling.Window[0], pooling.Padding[0], pooling.Stride[0]);
    private readonly (int Window, int Padding, int Stride) _columns = (pooling.Window[1], pooling.Padding[1], pooling.Stride[1]);

    public override IReadOnlyList<MemoryUse> Uses => [x.Use(MemoryAccess.Read), y.Use(scaling.ResultAccess)];

    protected override void Run<T>(OperationContext context)
    {
        (int height, int width) = (x.Layout.Extents[2], x.Layout.Extents[3]);
        (int outHeight, int outWidth) = (y.Layout.Extents[2], y.Layout.Extents[3]);
        using ScratchArray<T> input = Load<T>(context, x);
        using ScratchArray<T> output = new(y.Layout.ElementCount);
        int planes = x.Layout.Extents[0] * x.Layout.Extents[1];
        Span<T> results = output.Span;
        int at = 0;
        for (int plane = 0; plane < planes; plane++)
        {
            ReadOnlySpan<T> image = input.Span.Slice(plane * height * width, height * width);
            for (int p = 0; p < outHeight; p++)
            {
                (int top, int bottom) = Clip((p * _rows.Stride) - _rows.Padding, _rows.Window, height);
                for (int q = 0; q < outWidth; q++)
                {
                    (int left, int right) = Clip((q * _columns.Stride) - _columns.Padding, _columns.Window, width);
                    results[at++] = _mode is EmulatedPoolingDescriptor.Max or cudnnPoolingMode_t.CUDNN_POOLING_MAX_DETERMINISTIC
                        ? Maximum(image, width, top, bottom, left, right)
                        : Average(image, width, top, bottom, left, right);
                }
            }
        }

        StoreScaled(context, y, results, T.CreateChecked(scaling.Alpha), T.CreateChecked(scaling.Beta));
    }

    private static (int Start, int End) Clip(int start, int window, int extent) => (Math.Max(start, 0), Math.Min(start + window, extent));

    private T Maximum<T>(ReadOnlySpan<T> image, int width, int top, int bottom, int left, int right)
        where T : IBinaryFloatingPointIeee754<T>
    {
        T best = T.NegativeInfinity;
        for (int h = top; h < bottom; h++)
        {
            for (int w = left; w < right; w++)
            {
                T value = image[(h * width) + w];
                if (value > best || (_propagatesNan && T.IsNaN(value)))
                {
                    best = value;
                }

                if (T.IsNaN(best))
                {
                    return best;
                }
            }
        }

        return best;
    }

    private T Average<T>(ReadOnlySpan<T> image, int width, int top, int bottom, int left, int right)
        where T : IBinaryFloatingPointIeee754<T>
    {
        double sum = 0;
        for (int h = top; h < bottom; h++)
        {
            for (int w = left; w < right; w++)
            {
                sum += double.CreateTruncating(image[(h * width) + w]);
            }
        }

        int count = _mode == cudnnPoolingMode_t.CUDNN_POOLING_AVERAGE_COUNT_EXCLUDE_PADDING ? (bottom - top) * (right - left) : _rows.Window * _columns.Window;
        return T.CreateTruncating(sum / count);
    }
}
