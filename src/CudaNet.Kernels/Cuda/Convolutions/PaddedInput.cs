using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>Device memory for an input with zeros around it, which are written once; each <see cref="Copy"/> replaces what is inside. The stream's thread only.</summary>
internal sealed class PaddedInput : IDisposable
{
    private readonly OwnedObjects _owned = new();
    private readonly DeviceMemory _memory;
    private readonly TensorDescriptor _input;
    private readonly TensorDescriptor _inside;
    private readonly DeviceAddress _start;

    /// <param name="stream">Where the zeros are written; the copies' handle works on the same.</param>
    /// <param name="format">Of the input, packed.</param>
    /// <param name="type">Of its elements, of 16 or 32 bits.</param>
    /// <param name="shape">N×C×H×W of the input.</param>
    /// <param name="sides">Rows and columns around it.</param>
    public PaddedInput(CudaStream stream, cudnnTensorFormat_t format, cudnnDataType_t type, TensorShape shape, Padding sides)
    {
        CudaContext context = stream.Context;
        TensorShape whole = new(shape.Batch, shape.Channels, checked(sides.Top + shape.Height + sides.Bottom), checked(sides.Left + shape.Width + sides.Right));
        (int n, int c, int h, int w) = (whole.Batch, whole.Channels, whole.Height, whole.Width);
        bool isNhwc = format == cudnnTensorFormat_t.CUDNN_TENSOR_NHWC;
        (int N, int C, int H, int W) strides = checked(isNhwc ? (h * w * c, 1, w * c, c) : (c * h * w, h * w, w, 1));
        int bytes = type == cudnnDataType_t.CUDNN_DATA_FLOAT ? sizeof(float) : sizeof(ushort);
        try
        {
            _memory = Own(new DeviceMemory(context, whole.ElementCount * bytes));
            _start = _memory.Address + (((sides.Top * (long)strides.H) + (sides.Left * (long)strides.W)) * bytes);
            _input = Own(new TensorDescriptor(context)).Set(format, type, n, c, shape.Height, shape.Width);
            _inside = Own(new TensorDescriptor(context)).Set(type, (n, c, shape.Height, shape.Width), strides);
            Descriptor = Own(new TensorDescriptor(context)).Set(format, type, n, c, h, w);
            stream.Fill((byte)0, _memory);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Of the whole, zeros included.</summary>
    public TensorDescriptor Descriptor { get; }

    /// <summary>Queues the copy of an input, and returns where the whole begins.</summary>
    public DeviceAddress Copy(CudnnHandle cudnn, DeviceAddress input)
    {
        cudnn.Transform(_input, input, _inside, _start);
        return _memory.Address;
    }

    public void Dispose() => _owned.Dispose();

    private T Own<T>(T owned)
        where T : IDisposable => _owned.Add(owned);
}
