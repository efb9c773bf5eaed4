using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>An input with zeros around it, which are written once; each <see cref="Copy"/> replaces what is inside. The stream's thread only.</summary>
internal sealed class PaddedInput : IDisposable
{
    private readonly OwnedObjects _owned = new();
    private readonly DeviceBuffer _memory;
    private readonly TensorDescriptor _input;
    private readonly TensorDescriptor _inside;
    private readonly long _startBytes;

    /// <param name="context">Where.</param>
    /// <param name="arena">Reserves the memory; <see cref="Clear"/> once it is allocated.</param>
    /// <param name="format">Of the input, packed.</param>
    /// <param name="type">Of its elements, of 16 or 32 bits.</param>
    /// <param name="shape">N×C×H×W of the input.</param>
    /// <param name="sides">Rows and columns around it.</param>
    public PaddedInput(CudaContext context, DeviceArena arena, cudnnTensorFormat_t format, cudnnDataType_t type, TensorShape shape, Padding sides)
    {
        Shape = Padded(shape, sides);
        (int n, int c, int h, int w) = (Shape.Batch, Shape.Channels, Shape.Height, Shape.Width);
        bool isNhwc = format == cudnnTensorFormat_t.CUDNN_TENSOR_NHWC;
        (int N, int C, int H, int W) strides = checked(isNhwc ? (h * w * c, 1, w * c, c) : (c * h * w, h * w, w, 1));
        int bytes = type == cudnnDataType_t.CUDNN_DATA_FLOAT ? sizeof(float) : sizeof(ushort);
        _memory = arena.Reserve(Shape.ElementCount * bytes);
        _startBytes = ((sides.Top * (long)strides.H) + (sides.Left * (long)strides.W)) * bytes;
        try
        {
            _input = _owned.Add(new TensorDescriptor(context)).Set(format, type, n, c, shape.Height, shape.Width);
            _inside = _owned.Add(new TensorDescriptor(context)).Set(type, (n, c, shape.Height, shape.Width), strides);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Of the whole.</summary>
    public long Bytes => _memory.Bytes;

    /// <summary>N×C×H×W of the whole, zeros included.</summary>
    public TensorShape Shape { get; }

    /// <summary>The shape of an input with that much around it.</summary>
    public static TensorShape Padded(TensorShape shape, Padding sides) =>
        new(shape.Batch, shape.Channels, checked(sides.Top + shape.Height + sides.Bottom), checked(sides.Left + shape.Width + sides.Right));

    /// <summary>Queues the zeros. Once, before the first copy.</summary>
    public void Clear(CudaStream stream) => stream.Fill((byte)0, _memory.Slice);

    /// <summary>Queues the copy of an input, and returns the whole.</summary>
    public DeviceSlice Copy(CudnnHandle cudnn, DeviceAddress input)
    {
        cudnn.Transform(_input, input, _inside, _memory.Address + _startBytes);
        return _memory.Slice;
    }

    public void Dispose() => _owned.Dispose();
}
