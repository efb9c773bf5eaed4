using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Emulator.Tests.Kernels;

/// <summary>Every operation on every shape that a ResNet-18 gives it, for images of 224 by 224, as its fastest kernel: what counters are read of.</summary>
internal sealed class NetworkLaunches : IDisposable
{
    private const int MostBatch = 2;
    private const int Classes = 1000;
    private const int Features = 512;

    private readonly CudaStream _stream;
    private readonly KernelSet _kernels;
    private readonly StoragePrecision _precision;
    private readonly int _batch;
    private readonly DeviceMemory[] _memories;
    private readonly DeviceMemory _constants;
    private readonly DeviceMemory _weight;

    public NetworkLaunches(CudaContext context, CudaStream stream, KernelSet kernels, StoragePrecision precision, int batch)
    {
        (_stream, _kernels, _precision, _batch) = (stream, kernels, precision, batch);
        const long Largest = MostBatch * 64 * 112 * 112 * sizeof(float);
        _memories = [.. Enumerable.Range(0, 6).Select(_ => new DeviceMemory(context, Largest))];
        _constants = new DeviceMemory(context, Classes * sizeof(float));
        _weight = new DeviceMemory(context, Classes * Features * sizeof(float));
        foreach (DeviceMemory memory in (DeviceMemory[])[.. _memories, _constants, _weight])
        {
            stream.Fill((byte)0, memory);
        }

        stream.Synchronize();
    }

    private IEnumerable<TensorShape> Stages => [new(_batch, 64, 112, 112), new(_batch, 64, 56, 56), new(_batch, 128, 28, 28), new(_batch, 256, 14, 14), new(_batch, 512, 7, 7)];

    /// <summary>Runs them one by one, and tells after each what ran: the operation and its shape.</summary>
    public IEnumerable<(string Operation, string Shape)> Run() => Input().Concat(Layers()).Concat(Head()).Select(launch =>
    {
        launch.Start();
        _stream.Synchronize();
        return (launch.Operation, launch.Shape);
    });

    public void Dispose()
    {
        _weight.Dispose();
        _constants.Dispose();
        Array.ForEach(_memories, m => m.Dispose());
    }

    private IEnumerable<Launch> Input()
    {
        TensorShape image = new(_batch, 3, 224, 224);
        Normalization normalization = new(Preprocessing.Timm);
        foreach (int pitch in (int[])[4, 8])
        {
            yield return new("normalise", $"{image}, pitch {pitch}", () =>
                _kernels.Preprocessing.Normalize(_stream, _memories[0], _batch * 224 * 224, normalization, pitch, _precision, _memories[1]));
        }

        foreach (int pitch in (int[])[3, 4, 8])
        {
            yield return ToNhwc(image, pitch);
            yield return ToNchw(image, pitch);
        }
    }

    private IEnumerable<Launch> Layers()
    {
        foreach (TensorShape shape in Stages)
        {
            yield return ToNhwc(shape, shape.Channels);
            yield return ToNchw(shape, shape.Channels);
            StageDestination stored = new(_memories[5], _precision), wide = new(_memories[4], StoragePrecision.Float32);
            EpilogueArguments plain = new() { Source = _memories[0], Scale = _constants, Shift = _constants, Relu = true, Activation = stored };
            EpilogueArguments residual = plain with { Residual = _memories[1] };
            EpilogueArguments observed = residual with
            {
                Raw = new StageDestination(_memories[2], StoragePrecision.Float32),
                Normalized = new StageDestination(_memories[3], StoragePrecision.Float32),
                Sum = wide,
            };
            yield return new("scale, shift, ReLU", $"{shape}", () => _kernels.Epilogue.Run(_stream, plain, shape, _precision));
            yield return new("scale, shift, residual, ReLU", $"{shape}", () => _kernels.Epilogue.Run(_stream, residual, shape, _precision));
            yield return new("the same, all stages published in fp32", $"{shape}", () => _kernels.Epilogue.Run(_stream, observed, shape, _precision));
        }

        TensorShape stem = new(_batch, 64, 112, 112), last = new(_batch, 512, 7, 7);
        yield return new("max-pool 3×3, stride 2", $"{stem}", () => _kernels.Pooling.Max(_stream, _memories[0], stem, new MaxPool2d(3, 2, 1), _precision, _memories[1]));
        yield return new("global average pool", $"{last}", () => _kernels.Pooling.GlobalAverage(_stream, _memories[0], last, _precision, _memories[1]));
    }

    private IEnumerable<Launch> Head()
    {
        string rows = $"{_batch}×{Classes}";
        yield return new("fully connected", $"{_batch}×{Features} → {rows}", () => _kernels.Linear.Run(
            _stream, _memories[0], _batch, new Linear(Features, Classes), _weight, _constants, _precision, _memories[1], StoragePrecision.Float32));
        yield return new("bias", rows, () => _kernels.Bias.Add(_stream, _memories[0], _constants, _batch, Classes, _precision, _memories[1]));
        yield return new("softmax", rows, () => _kernels.Softmax.Run(_stream, _memories[0], _batch, Classes, _precision, _memories[1]));
        yield return new("top 5", rows, () => _kernels.TopK.Run(_stream, _memories[0], _batch, Classes, 5, _precision, _memories[1], _memories[2]));
    }

    private Launch ToNhwc(TensorShape shape, int pitch) =>
        new("NCHW fp32 to NHWC", $"{shape}, pitch {pitch}", () => _kernels.Layout.ToNhwc(_stream, _memories[0], shape, pitch, _precision, _memories[1]));

    private Launch ToNchw(TensorShape shape, int pitch) =>
        new("NHWC to NCHW fp32", $"{shape}, pitch {pitch}", () => _kernels.Layout.ToNchw(_stream, _memories[0], shape, pitch, _precision, _memories[1]));

    private sealed record Launch(string Operation, string Shape, Action Start);
}
