using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>The descriptors of a layer's convolution at one batch size and in one layout.</summary>
internal sealed class ConvolutionDescriptors : IDisposable
{
    private readonly OwnedObjects _owned = new();

    /// <param name="context">Where.</param>
    /// <param name="op">The layer, with as many input channels as the input has.</param>
    /// <param name="input">N×C×H×W of the input before any padding.</param>
    /// <param name="format">Of input, filters and output.</param>
    /// <param name="precision">Of all values.</param>
    public ConvolutionDescriptors(CudaContext context, Conv2d op, TensorShape input, cudnnTensorFormat_t format, ArithmeticPrecision precision)
    {
        cudnnDataType_t type = precision.DataType();
        CudnnPadding padding = CudnnPadding.Of(op, input);
        Input = PaddedInput.Padded(input, padding.Copied);
        Filters = op.Parameters[0].Shape;
        Output = op.InferShape([input]);
        try
        {
            TensorDescriptor x = _owned.Add(new TensorDescriptor(context)).Set(format, type, Input.Batch, Input.Channels, Input.Height, Input.Width);
            FilterDescriptor w = _owned.Add(new FilterDescriptor(context)).Set(format, type, Filters.Batch, Filters.Channels, Filters.Height, Filters.Width);
            ConvolutionDescriptor attributes = _owned.Add(new ConvolutionDescriptor(context))
                .Set(padding.Descriptor, (op.Stride, op.Stride), (op.Dilation, op.Dilation), op.Groups, cudnnDataType_t.CUDNN_DATA_FLOAT);
            attributes.SetMathType(precision.MathType());
            TensorDescriptor y = _owned.Add(new TensorDescriptor(context)).Set(format, type, Output.Batch, Output.Channels, Output.Height, Output.Width);
            Convolution = new Convolution(x, w, attributes, y);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Convolution Convolution { get; }

    /// <summary>N×C×H×W of what cuDNN reads, with the zeros that its descriptor cannot say.</summary>
    public TensorShape Input { get; }

    /// <summary>(K, C of a group, R, S).</summary>
    public TensorShape Filters { get; }

    /// <summary>N×K×H×W.</summary>
    public TensorShape Output { get; }

    public void Dispose() => _owned.Dispose();
}
