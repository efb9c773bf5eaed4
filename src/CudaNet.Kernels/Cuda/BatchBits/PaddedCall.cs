namespace CudaNet.Kernels.Cuda;

/// <summary>The last call of a batch where it is filled up: a copy of its images with zeros behind them, and a place for its results. Shared by all steps.</summary>
internal sealed class PaddedCall
{
    /// <summary>How many it queues beside the call: two before it, one behind.</summary>
    public const int Operations = 3;

    /// <summary>And for what the call adds.</summary>
    public const int ResidualOperations = 2;

    private readonly SharedBuffer _input, _output, _residual;
    private readonly BatchCut _cut;
    private readonly long _inputBytes, _outputBytes;

    /// <param name="loader">Reserves the buffers.</param>
    /// <param name="cut">With a call that is filled up.</param>
    /// <param name="inputBytes">Of an image.</param>
    /// <param name="outputBytes">Of an image's results.</param>
    public PaddedCall(CudaPlanLoader loader, BatchCut cut, long inputBytes, long outputBytes)
    {
        (_input, _output, _residual) = (loader.PaddedCallInput, loader.PaddedCallOutput, loader.PaddedCallResidual);
        (_cut, _inputBytes, _outputBytes) = (cut, inputBytes, outputBytes);
        _input.Require(cut.Images * inputBytes);
        _output.Require(cut.Images * outputBytes);
    }

    /// <summary>Of input and results.</summary>
    public long Bytes => _cut.Images * (_inputBytes + _outputBytes);

    /// <summary>Where the call stores.</summary>
    public DeviceAddress Output => _output.Address;

    /// <summary>The call also adds a stored value, of the results' size.</summary>
    public void RequireResidual() => _residual.Require(_cut.Images * _outputBytes);

    /// <summary>Queues the copy of the images and the zeros, and returns where they are.</summary>
    public DeviceAddress Enter(CudaStream stream, DeviceSlice images) => Fill(stream, images, _input.First(_cut.Images * _inputBytes));

    /// <summary>The same for what the call adds.</summary>
    public DeviceAddress EnterResidual(CudaStream stream, DeviceSlice residual) => Fill(stream, residual, _residual.First(_cut.Images * _outputBytes));

    /// <summary>Queues the copy of the images' results.</summary>
    public void Leave(CudaStream stream, DeviceSlice results) => stream.Copy(_output.First(results.Bytes), results);

    private static DeviceAddress Fill(CudaStream stream, DeviceSlice images, DeviceSlice whole)
    {
        stream.Copy(images, whole.Part(0, images.Bytes));
        stream.Fill((byte)0, whole.Part(images.Bytes, whole.Bytes - images.Bytes));
        return whole.Address;
    }
}
