using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// A layer's convolution over a whole batch by the chosen algorithm: in one call where the workspace may be that large, otherwise in several, of which the last
/// may have fewer images.
/// </summary>
internal sealed partial class ConvolutionBatches : IDisposable
{
    private readonly ConvolutionChoice _choice;
    private readonly int _batch;
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
        (_choice, _batch) = (choice, input.Batch);
        try
        {
            for (int images = input.Batch; ; images = (images + 1) / 2)
            {
                (_whole, int rest) = (PartOf(images), input.Batch % images);
                _rest = rest == 0 ? null : PartOf(rest);
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

        Part PartOf(int images) => new(runtime.Cudnn, choice, new ConvolutionDescriptors(runtime.Context, op, input.WithBatch(images), choice.Format, precision));
    }

    /// <summary>Of a call.</summary>
    public int Images => _whole.Images;

    /// <summary>How many calls it is.</summary>
    public int Calls => LaunchChecks.CeilingDivide(_batch, Images);

    /// <summary>What the largest call needs.</summary>
    public long WorkspaceBytes { get; }

    /// <summary>Queues it. Filters in the choice's layout.</summary>
    public void Enqueue(CudnnHandle cudnn, DeviceAddress x, DeviceAddress w, DeviceAddress workspace, DeviceAddress y)
    {
        for (int left = _batch; left > 0; left -= Images)
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
        /// <summary>Takes the descriptors over.</summary>
        public Part(CudnnHandle cudnn, ConvolutionChoice choice, ConvolutionDescriptors descriptors)
        {
            Descriptors = descriptors;
            try
            {
                descriptors.Convolution.Attributes.SetMathType(choice.MathType);
                WorkspaceBytes = (long)Math.Min(cudnn.WorkspaceBytes(descriptors.Convolution, choice.Algorithm) ?? long.MaxValue, long.MaxValue);
            }
            catch
            {
                descriptors.Dispose();
                throw;
            }
        }

        public int Images => Descriptors.Input.Batch;

        public ConvolutionDescriptors Descriptors { get; }

        /// <summary>Beyond any limit where the algorithm does not run so many images.</summary>
        public long WorkspaceBytes { get; }
    }
}
