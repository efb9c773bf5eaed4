using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>fp32 values in N×C×H×W around one convolution, for a device that does not convolve NHWC. The buffers are shared by all steps.</summary>
internal sealed class NchwDetour
{
    /// <summary>How many it queues.</summary>
    public const int Operations = 2;

    private readonly LayoutKernels _kernels;
    private readonly SharedBuffer _inputBuffer, _outputBuffer;
    private readonly TensorShape _input, _output;
    private readonly int _pitch;

    /// <param name="loader">Reserves the buffers.</param>
    /// <param name="input">N×C×H×W of the input.</param>
    /// <param name="pitch">Channels of a pixel of the stored input.</param>
    /// <param name="output">N×K×H×W.</param>
    public NchwDetour(CudaPlanLoader loader, TensorShape input, int pitch, TensorShape output)
    {
        (_kernels, _input, _pitch, _output) = (loader.Kernels.Layout, input, pitch, output);
        (_inputBuffer, _outputBuffer) = (loader.NchwInput, loader.NchwOutput);
        _inputBuffer.Require(InputBytes);
        _outputBuffer.Require(OutputBytes);
    }

    public long Bytes => InputBytes + OutputBytes;

    /// <summary>Where the convolution stores.</summary>
    public DeviceSlice Output => _outputBuffer.First(OutputBytes);

    private long InputBytes => sizeof(float) * _input.ElementCount;

    private long OutputBytes => sizeof(float) * _output.ElementCount;

    /// <summary>Queues the change of the input, and returns where it is.</summary>
    public DeviceSlice Enter(CudaStream stream, DeviceBuffer source)
    {
        DeviceSlice input = _inputBuffer.First(InputBytes);
        _kernels.ToNchw(stream, source.Slice, _input, _pitch, StoragePrecision.Float32, input);
        return input;
    }

    /// <summary>Queues the change of the output.</summary>
    public void Leave(CudaStream stream, DeviceBuffer destination) =>
        _kernels.ToNhwc(stream, Output, _output, _output.Channels, StoragePrecision.Float32, destination.Slice);
}
