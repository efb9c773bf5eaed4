using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Cli.SelfTest;

/// <summary>
/// A <see cref="BlockNetwork"/> on a device: convolutions by cuDNN, everything else by the hand-written kernels, in one stream; call by call or as a captured graph.
/// </summary>
internal sealed class ResidualBlock : IDisposable
{
    private readonly BlockNetwork _network;
    private readonly BlockPrecision _precision;
    private readonly CudaContext _context;
    private readonly OwnedObjects _owned = new();
    private readonly TensorShape _inputShape;
    private readonly TensorShape _shape;
    private readonly CudaStream _stream;
    private readonly KernelSet _kernels;
    private readonly BlockConvolution _convolution1, _convolution2;
    private readonly DeviceMemory _input, _image, _pooled, _raw, _first, _block, _features, _logits, _blockNchw;
    private readonly DeviceMemory _weight1, _weight2, _weight, _scale1, _shift1, _scale2, _shift2, _bias;
    private readonly PinnedMemory _hostInput, _hostLogits, _hostBlock;
    private CudaGraphExec? _graph;
    private bool _isBusy;

    /// <exception cref="CudaNetException">The device refuses something.</exception>
    public ResidualBlock(CudaContext context, BlockNetwork network, TensorShape inputShape, BlockPrecision precision)
    {
        (_context, _network, _inputShape, _precision) = (context, network, inputShape, precision);
        _shape = BlockNetwork.Pool.InferShape([inputShape]);
        int valueBytes = precision.Storage().Bytes();
        try
        {
            _stream = Own(new CudaStream(context));
            _kernels = Own(new KernelSet(context));
            CudnnHandle cudnn = Own(new CudnnHandle(_stream));
            _convolution1 = Own(new BlockConvolution(cudnn, _shape, precision));
            _convolution2 = Own(new BlockConvolution(cudnn, _shape, precision));
            _input = Device(inputShape.ElementCount * sizeof(float));
            _image = Device(inputShape.ElementCount * valueBytes);
            _pooled = Device(_shape.ElementCount * valueBytes);
            _raw = Device(_shape.ElementCount * valueBytes);
            _first = Device(_shape.ElementCount * valueBytes);
            _block = Device(_shape.ElementCount * valueBytes);
            _features = Device((long)_shape.Batch * _shape.Channels * valueBytes);
            _logits = Device((long)_shape.Batch * network.Classes * sizeof(float));
            _blockNchw = Device(_shape.ElementCount * sizeof(float));
            _hostInput = Own(new PinnedMemory(context, checked((int)_input.Bytes)));
            _hostLogits = Own(new PinnedMemory(context, checked((int)_logits.Bytes)));
            _hostBlock = Own(new PinnedMemory(context, checked((int)_blockNchw.Bytes)));
            _weight1 = Weight("conv1.weight");
            _weight2 = Weight("conv2.weight");
            _weight = Weight("fc.weight");
            (_scale1, _shift1) = Affine("bn1");
            (_scale2, _shift2) = Affine("bn2");
            _bias = Upload(network["fc.bias"].Values);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Runs call by call.</summary>
    public (Tensor Logits, Tensor Block) Run(Tensor input)
    {
        input.Values.CopyTo(_hostInput.AsSpan<float>());
        _isBusy = true;
        Enqueue();
        return Results();
    }

    /// <summary>Captures one run as a graph. Everything must have run once.</summary>
    public void Capture()
    {
        using StreamCapture capture = _stream.BeginCapture();
        Enqueue();
        using CudaGraph graph = capture.End();
        _graph = Own(graph.Instantiate());
    }

    /// <summary>Runs the captured graph.</summary>
    public (Tensor Logits, Tensor Block) Replay(Tensor input)
    {
        input.Values.CopyTo(_hostInput.AsSpan<float>());
        _isBusy = true;
        (_graph ?? throw new InvalidOperationException("nothing is captured")).Launch(_stream);
        return Results();
    }

    /// <summary>Waits for work that a failure left behind, then frees everything. Never throws.</summary>
    public void Dispose()
    {
        if (_isBusy)
        {
            try
            {
                Synchronize();
            }
            catch (CudaNetException)
            {
                // Whoever let the work behind has thrown already.
            }
        }

        _owned.Dispose();
    }

    private void Enqueue()
    {
        StoragePrecision storage = _precision.Storage();
        _stream.Copy(_hostInput, _input);
        _kernels.Layout.ToNhwc(_stream, _input, _inputShape, _inputShape.Channels, storage, _image);
        _kernels.Pooling.Max(_stream, _image, _inputShape, BlockNetwork.Pool, storage, _pooled);
        _convolution1.Run(_pooled, _weight1, _raw);
        _kernels.Epilogue.Run(
            _stream, new EpilogueArguments { Source = _raw, Scale = _scale1, Shift = _shift1, Relu = true, Activation = new StageDestination(_first, storage) }, _shape, storage);
        _convolution2.Run(_first, _weight2, _raw);
        _kernels.Epilogue.Run(
            _stream,
            new EpilogueArguments { Source = _raw, Scale = _scale2, Shift = _shift2, Residual = _pooled, Relu = true, Activation = new StageDestination(_block, storage) },
            _shape,
            storage);
        _kernels.Pooling.GlobalAverage(_stream, _block, _shape, storage, _features);
        _kernels.Linear.Run(
            _stream, _features, _shape.Batch, new Linear(_shape.Channels, _network.Classes), _weight, _bias, storage, _logits, StoragePrecision.Float32);
        _kernels.Layout.ToNchw(_stream, _block, _shape, _shape.Channels, storage, _blockNchw);
        _stream.Copy(_logits, _hostLogits);
        _stream.Copy(_blockNchw, _hostBlock);
    }

    private (Tensor Logits, Tensor Block) Results()
    {
        Synchronize();
        return (new Tensor(new TensorShape(_shape.Batch, _network.Classes), _hostLogits.AsSpan<float>().ToArray()), new Tensor(_shape, _hostBlock.AsSpan<float>().ToArray()));
    }

    /// <summary>As the kernels and cuDNN read it: rows of channels, in the storage precision.</summary>
    private DeviceMemory Weight(string name)
    {
        TensorShape shape = _network[name].Shape;
        TensorShape image = shape.Rank == 4 ? shape : new TensorShape(shape[0], shape[1], 1, 1);
        DeviceMemory values = Upload(_network[name].Values);
        DeviceMemory weight = Device(shape.ElementCount * _precision.Storage().Bytes());
        _isBusy = true;
        _kernels.Layout.ToNhwc(_stream, values, image, image.Channels, _precision.Storage(), weight);
        return weight;
    }

    private (DeviceMemory Scale, DeviceMemory Shift) Affine(string batchNorm)
    {
        (float[] scale, float[] shift) = _network.Affine(batchNorm);
        return (Upload(scale), Upload(shift));
    }

    private DeviceMemory Upload(ReadOnlySpan<float> values)
    {
        DeviceMemory memory = Device((long)values.Length * sizeof(float));
        _isBusy = true;
        _stream.Upload(values, memory);
        _isBusy = false;
        return memory;
    }

    private void Synchronize()
    {
        _stream.Synchronize();
        _isBusy = false;
    }

    private DeviceMemory Device(long bytes) => Own(new DeviceMemory(_context, bytes));

    private TOwned Own<TOwned>(TOwned owned)
        where TOwned : IDisposable => _owned.Add(owned);
}
