using CudaNet.Engine;
using CudaNet.Kernels.Cuda.Launchers;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// A convolution by cuDNN into the step's output, then what follows it in place. Where the device does not convolve NHWC, layout kernels stand around it; where
/// the descriptor cannot say the padding, a copy of the input with zeros around it before it.
/// </summary>
internal sealed class ConvolutionStep : CudaStep
{
    private readonly OwnedObjects _owned = new();
    private readonly KernelSet _kernels;
    private readonly ConvolutionBatches _convolution;
    private readonly StepWeights _weights;
    private readonly StepEpilogue _epilogue;
    private readonly PaddedInput? _padded;
    private readonly NchwDetour? _detour;
    private readonly SharedBuffer _workspace;
    private readonly DeviceBuffer _source, _filters;
    private readonly StoredBuffer _destination;
    private readonly TensorShape _output;

    /// <param name="loader">Knows where values are.</param>
    /// <param name="step">The step.</param>
    /// <param name="op">Its first layer.</param>
    /// <param name="raw">Where the convolution stores; null for where the step does.</param>
    /// <param name="remark">What the choice says at its end.</param>
    /// <exception cref="CudaNetException">cuDNN does not run it.</exception>
    public ConvolutionStep(CudaPlanLoader loader, PlanStep step, Conv2d op, StoredBuffer? raw = null, string remark = "")
    {
        LayerNode node = step.Head.Node;
        (_kernels, _weights, _workspace, _output) = (loader.Kernels, loader.Weights[node], loader.Workspace, step.Head.Shape);
        TensorShape shape = step.Input.Shape;
        try
        {
            Conv2d padded = op with { InChannels = _weights.Pitch * op.Groups };
            ConvolutionChoice choice = loader.Choices.Of(loader.Runtime, padded, op, shape.Height, shape.Width, node);
            _source = loader.Input(step.Input, padded.InChannels);
            _destination = raw ?? loader.Buffer(step.Output);
            TensorShape stored = new(shape.Batch, padded.InChannels, shape.Height, shape.Width);
            if (!choice.IsNhwc)
            {
                // The detour drops the padded channels: fp32 values want none.
                _detour = new NchwDetour(loader, shape, padded.InChannels, _output);
                (padded, stored) = (op, shape);
            }

            _filters = choice.IsNhwc ? _weights.Matrix! : loader.NchwFilters(node);
            _padded = CudnnPadding.Of(padded, stored) is { NeedsCopy: true } padding
                ? _owned.Add(new PaddedInput(loader.Runtime.Context, loader.Arena, choice.Format, loader.Options.Precision.DataType(), stored, padding.Copied)) : null;
            _convolution = _owned.Add(loader.Cuts.Of(loader.Runtime, choice, padded, stored, node));
            _convolution.Reserve(loader);
            _epilogue = new StepEpilogue(loader, step, _destination);
            _ = op.Bias ? _kernels.Bias : null;
            Choice = StepChoices.Convolution(loader, choice, _convolution, _padded, _detour?.Bytes ?? 0, remark);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override StepChoice Choice { get; }

    public override int Operations =>
        _convolution.Operations + (_detour is null ? 0 : NchwDetour.Operations) + (_padded is null ? 0 : 1) + (_weights.Bias is null ? 0 : 1) + _epilogue.Launches;

    public override void Initialise(CudaStream stream) => _padded?.Clear(stream);

    public override void Enqueue(CudaPlace place)
    {
        DeviceSlice x = _detour?.Enter(place.Stream, _source) ?? _source.Slice;
        DeviceSlice y = _detour?.Output ?? _destination.Buffer.Slice;
        _convolution.Enqueue(place.Stream, place.Cudnn, _padded?.Copy(place.Cudnn, x.Address) ?? x, _filters.Address, _workspace.Address, y);
        _detour?.Leave(place.Stream, _destination.Buffer);
        if (_weights.Bias is { } bias)
        {
            DeviceSlice values = _destination.Buffer.Slice;
            _kernels.Bias.Add(place.Stream, values, bias.Slice, _output.Batch * _output.Height * _output.Width, _output.Channels, _destination.Precision, values);
        }

        _epilogue.Enqueue(place.Stream);
    }

    public override void Dispose()
    {
        _owned.Dispose();
        base.Dispose();
    }
}
