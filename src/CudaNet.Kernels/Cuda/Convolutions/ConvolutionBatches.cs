using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// A layer's convolution over a whole batch by the chosen algorithm: in one call where the workspace may be that large, otherwise in several, of which the last
/// may have fewer images.
/// </summary>
internal sealed class ConvolutionBatches : IDisposable
{
    private readonly CudaRuntime _runtime;
    private readonly ConvolutionChoice _choice;
    private readonly Conv2d _op;
    private readonly TensorShape _input;
    private readonly ArithmeticPrecision _precision;
    private readonly Part _whole;
    private readonly Part? _rest;
    private readonly long _inputBytes, _outputBytes;

    /// <param name="runtime">Where.</param>
    /// <param name="choice">For this layer and image size.</param>
    /// <param name="op">The layer, with as many input channels as its input has.</param>
    /// <param name="input">N×C×H×W.</param>
    /// <param name="precision">Of all values.</param>
    /// <param name="workspaceLimitBytes">For each call.</param>
    /// <param name="node">For the message.</param>
    /// <exception cref="CudaNetException">Not even one image fits the limit.</exception>
    public ConvolutionBatches(CudaRuntime runtime, ConvolutionChoice choice, Conv2d op, TensorShape input, ArithmeticPrecision precision, long workspaceLimitBytes, LayerNode node)
    {
        (_runtime, _choice, _op, _input, _precision) = (runtime, choice, op, input, precision);
        try
        {
            for (int images = input.Batch; ; images = (images + 1) / 2)
            {
                (_whole, int rest) = (new Part(this, images), input.Batch % images);
                _rest = rest == 0 ? null : new Part(this, rest);
                if (_whole.WorkspaceBytes <= workspaceLimitBytes && (_rest?.WorkspaceBytes ?? 0) <= workspaceLimitBytes)
                {
                    break;
                }

                Dispose();
                if (images == 1)
                {
                    throw new CudaNetException($"layer '{node}': cuDNN takes back that {choice.AlgorithmText} convolves {input.WithBatch(1)} within {workspaceLimitBytes:n0} bytes of workspace") { Layer = node.Name };
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        int element = precision.Storage().Bytes();
        (_inputBytes, _outputBytes) = (_whole.Descriptors.Input.ElementCount * element, _whole.Descriptors.Output.ElementCount * element);
        WorkspaceBytes = Math.Max(_whole.WorkspaceBytes, _rest?.WorkspaceBytes ?? 0);
    }

    /// <summary>Of a call.</summary>
    public int Images => _whole.Images;

    /// <summary>What the largest call needs.</summary>
    public long WorkspaceBytes { get; }

    /// <summary>Queues it. Filters in the choice's layout.</summary>
    public void Enqueue(CudnnHandle cudnn, DeviceAddress x, DeviceAddress w, DeviceAddress workspace, DeviceAddress y)
    {
        for (int left = _input.Batch; left > 0; left -= Images)
        {
            Part part = left >= Images ? _whole : _rest!;
            cudnn.ConvolutionForward(part.Descriptors.Convolution, _choice.Algorithm, 1, x, w, part.WorkspaceBytes == 0 ? default : workspace, part.WorkspaceBytes, 0, y);
            (x, y) = (x + _inputBytes, y + _outputBytes);
        }
    }

    public void Dispose()
    {
        _whole?.Descriptors.Dispose();
        _rest?.Descriptors.Dispose();
    }

    private sealed class Part
    {
        public Part(ConvolutionBatches owner, int images)
        {
            Images = images;
            Descriptors = new ConvolutionDescriptors(owner._runtime.Context, owner._op, owner._input.WithBatch(images), owner._choice.Format, owner._precision);
            try
            {
                Descriptors.Convolution.Attributes.SetMathType(owner._choice.MathType);
                WorkspaceBytes = (long)Math.Min(owner._runtime.Cudnn.WorkspaceBytes(Descriptors.Convolution, owner._choice.Algorithm) ?? long.MaxValue, long.MaxValue);
            }
            catch
            {
                Descriptors.Dispose();
                throw;
            }
        }

        public int Images { get; }

        public ConvolutionDescriptors Descriptors { get; }

        /// <summary>Beyond any limit where the algorithm does not run so many images.</summary>
        public long WorkspaceBytes { get; }
    }
}
