using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>One image's convolution in one layout, plain or fused with what follows it, tried on zeros in memory that is freed again. Under <see cref="CudaRuntime.Loading"/>.</summary>
internal sealed class ConvolutionTrial : IDisposable
{
    private readonly CudaRuntime _runtime;
    private readonly ConvolutionDescriptors _descriptors;
    private readonly FusionDescriptors? _fusion;
    private readonly cudnnTensorFormat_t _format;
    private readonly int _element;

    /// <param name="runtime">Where.</param>
    /// <param name="op">The layer, with as many input channels as an image has in that layout.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="format">The layout.</param>
    /// <param name="precision">Of all values.</param>
    /// <param name="fusion">What follows the sums in the same call; null for the plain call.</param>
    public ConvolutionTrial(CudaRuntime runtime, Conv2d op, int height, int width, cudnnTensorFormat_t format, ArithmeticPrecision precision, FusedEpilogue? fusion)
    {
        (_runtime, _format, _element) = (runtime, format, precision.Storage().Bytes());
        _descriptors = new ConvolutionDescriptors(runtime.Context, op, new TensorShape(1, op.InChannels, height, width), format, precision);
        try
        {
            _fusion = fusion is { } behind ? new FusionDescriptors(runtime.Context, behind, op.OutChannels, precision) : null;
        }
        catch
        {
            _descriptors.Dispose();
            throw;
        }
    }

    /// <summary>cuDNN's own list.</summary>
    public ConvolutionAlgorithm[] Ranked() => _runtime.Cudnn.RankAlgorithms(_descriptors.Convolution);

    /// <summary>What it needs, its math type set; null where cuDNN does not run it.</summary>
    public long? WorkspaceBytes(ConvolutionChoice choice)
    {
        // What is listed is an algorithm with a math type, and its workspace depends on that.
        _descriptors.Convolution.Attributes.SetMathType(choice.MathType);
        return _runtime.Cudnn.WorkspaceBytes(_descriptors.Convolution, choice.Algorithm) is { } bytes && bytes <= long.MaxValue ? (long)bytes : null;
    }

    /// <summary>Whether it runs.</summary>
    public bool Runs(ConvolutionChoice choice, long workspaceBytes) => Run(choice, workspaceBytes, static run => run());

    /// <summary>The median of its times in milliseconds, changes of layout included; null where it does not run.</summary>
    public float? MedianMs(ConvolutionChoice choice, long workspaceBytes)
    {
        const int WarmUps = 2, Repetitions = 7;
        using CudaEvent start = new(_runtime.Context, timing: true), end = new(_runtime.Context, timing: true);
        float[] times = new float[Repetitions];
        bool runs = Run(choice, workspaceBytes, run =>
        {
            for (int i = -WarmUps; i < Repetitions; i++)
            {
                _runtime.Stream.Record(start);
                if (!run())
                {
                    return false;
                }

                _runtime.Stream.Record(end);
                end.Synchronize();
                times[Math.Max(i, 0)] = end.ElapsedMs(start);
            }

            return true;
        });
        Array.Sort(times);
        return runs ? times[Repetitions / 2] : null;
    }

    public void Dispose()
    {
        _fusion?.Dispose();
        _descriptors.Dispose();
    }

    /// <param name="choice">What to run.</param>
    /// <param name="workspaceBytes">What it asks for.</param>
    /// <param name="body">Gets what queues it once, and answers whether it runs.</param>
    private bool Run(ConvolutionChoice choice, long workspaceBytes, Func<Func<bool>, bool> body)
    {
        long xBytes = _descriptors.Input.ElementCount * _element, yBytes = _descriptors.Output.ElementCount * _element;
        (long x, long w, long y) = (DeviceMemory.Aligned(xBytes), DeviceMemory.Aligned(_descriptors.Filters.ElementCount * _element), DeviceMemory.Aligned(yBytes));
        bool isNhwc = _format == cudnnTensorFormat_t.CUDNN_TENSOR_NHWC;
        long beside = !isNhwc ? x + y : _fusion is null ? 0 : y + DeviceMemory.Aligned(_descriptors.Output.Channels * (long)_element);
        using DeviceMemory memory = new(_runtime.Context, x + w + y + beside + workspaceBytes);
        DeviceSlice source = memory.Slice(0, xBytes), destination = memory.Slice(x + w, yBytes);
        try
        {
            _runtime.Stream.Fill((byte)0, memory);
            bool allRan = body(() =>
            {
                Launchers.LayoutKernels layout = _runtime.Kernels.Layout;
                if (!isNhwc)
                {
                    layout.ToNchw(_runtime.Stream, memory.Slice(x + w + y, xBytes), _descriptors.Input, _descriptors.Input.Channels, StoragePrecision.Float32, source);
                }

                DeviceAddress workspace = workspaceBytes == 0 ? default : memory.Address + (x + w + y + beside), filters = memory.Address + x, added = memory.Address + (x + w + y);
                bool runs = _fusion is { } fusion
                    ? _runtime.Cudnn.TryConvolutionBiasActivation(
                        _descriptors.Convolution, choice.Algorithm, source.Address, filters, workspace, workspaceBytes,
                        fusion.Fusion.AddsResidual ? 1 : 0, fusion.Fusion.AddsResidual ? added : destination.Address, fusion.Bias, added + y, fusion.Activation, destination.Address)
                    : _runtime.Cudnn.TryConvolutionForward(_descriptors.Convolution, choice.Algorithm, source.Address, filters, workspace, workspaceBytes, destination.Address);
                if (!runs)
                {
                    return false;
                }

                if (!isNhwc)
                {
                    layout.ToNhwc(_runtime.Stream, destination, _descriptors.Output, _descriptors.Output.Channels, StoragePrecision.Float32, memory.Slice(x + w + y + x, yBytes));
                }

                return true;
            });
            _runtime.Stream.Synchronize();
            return allRan;
        }
        catch
        {
            _runtime.Stream.Quiesce();
            throw;
        }
    }
}
