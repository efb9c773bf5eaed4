namespace CudaNet.Kernels.Cuda;

/// <summary>The last call of a batch where it is filled up: a copy of its images with zeros behind them, and a place for its results. Shared by all steps.</summary>
internal sealed class PaddedCall
{
    private readonly SharedBuffer _input, _output;
    private readonly BatchCut _cut;
    private readonly long _inputBytes, _outputBytes;

    /// <param name="loader">Reserves the buffers.</param>
    /// <param name="cut">With a call that is filled up.</param>
    /// <param name="inputBytes">Of an image.</param>
    /// <param name="outputBytes">Of an image's results.</param>
    public PaddedCall(CudaPlanLoader loader, BatchCut cut, long inputBytes, long outputBytes)
    {
        (_input, _output, _cut, _inputBytes, _outputBytes) = (loader.PaddedCallInput, loader.PaddedCallOutput, cut, inputBytes, outputBytes);
        _input.Require(cut.Images * inputBytes);
        _output.Require(cut.Images * outputBytes);
    }

    /// <summary>Of both.</summary>
    public long Bytes => _cut.Images * (_inputBytes + _outputBytes);

    /// <summary>Where the call stores.</summary>
    public DeviceAddress Output => _output.Address;

    /// <summary>Queues the copy of the images and the zeros, and returns where they are.</summary>
    public DeviceAddress Enter(CudaStream stream, DeviceSlice images)
    {
        DeviceSlice whole = _input.First(_cut.Images * _inputBytes);
        stream.Copy(images, whole.Part(0, images.Bytes));
        stream.Fill((byte)0, whole.Part(images.Bytes, whole.Bytes - images.Bytes));
        return whole.Address;
    }

    /// <summary>Queues the copy of the images' results.</summary>
    public void Leave(CudaStream stream, DeviceSlice results) => stream.Copy(_output.First(results.Bytes), results);
}
