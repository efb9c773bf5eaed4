using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>One launch of the epilogue kernel: see <see cref="EpilogueArguments"/>, whose destinations stand here in order.</summary>
internal sealed class EpilogueLaunch(EpilogueKernels kernels, TensorShape shape, StoredBuffer source, EpilogueOperands operands)
{
    private readonly TensorShape _shape = shape.Rank == 4 ? shape : new TensorShape(shape.Batch, shape.Channels, 1, 1);
    private readonly StoredBuffer?[] _destinations = new StoredBuffer?[EpiloguePlaces.Count];

    public bool StoresAnything => Array.Exists(_destinations, d => d is not null);

    /// <summary>Stores what stands at a place.</summary>
    public void Store(int place, StoredBuffer destination) => _destinations[place] = destination;

    public bool Stores(int place) => _destinations[place] is not null;

    public void Enqueue(CudaStream stream)
    {
        EpilogueArguments arguments = new()
        {
            Source = source.Buffer.Slice,
            Scale = operands.Constants?.Scale.Slice,
            Shift = operands.Constants?.Shift.Slice,
            Residual = operands.Residual?.Slice,
            ResidualScale = operands.ResidualConstants?.Scale.Slice,
            ResidualShift = operands.ResidualConstants?.Shift.Slice,
            Relu = operands.Relu,
            Raw = Destination(EpiloguePlaces.Raw),
            Normalized = Destination(EpiloguePlaces.Normalized),
            Sum = Destination(EpiloguePlaces.Sum),
            Activation = Destination(EpiloguePlaces.Activation),
        };
        kernels.Run(stream, arguments, _shape, source.Precision);
    }

    private StageDestination? Destination(int place) => _destinations[place] is { } stored ? new StageDestination(stored.Buffer.Slice, stored.Precision) : null;
}

/// <summary>What an epilogue reads beside its source.</summary>
internal readonly record struct EpilogueOperands(ChannelConstants? Constants, DeviceBuffer? Residual, ChannelConstants? ResidualConstants, bool Relu);

/// <summary>Where in an epilogue a value stands: each place passes it on where it has nothing to do.</summary>
internal static class EpiloguePlaces
{
    public const int Raw = 0, Normalized = 1, Sum = 2, Activation = 3, Count = 4;

    public static int Of(LayerOp op) => op switch
    {
        BatchNorm2d => Normalized,
        Add => Sum,
        ReLU => Activation,
        _ => Raw,
    };
}
