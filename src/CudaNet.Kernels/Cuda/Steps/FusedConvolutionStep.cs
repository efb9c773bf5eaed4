using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>
/// A convolution with the batch norm, sum and ReLU behind it by one call of cuDNN, on folded weights. What is observed inside it is computed beside by a split
/// step that stores where nothing else does; the call is the same whatever is observed.
/// </summary>
internal sealed class FusedConvolutionStep : CudaStep
{
    private readonly OwnedObjects _owned = new();
    private readonly ConvolutionBatches _convolution;
    private readonly FusionDescriptors _fusion;
    private readonly FoldedConvolution _folded;
    private readonly PaddedInput? _padded;
    private readonly SharedBuffer _workspace;
    private readonly DeviceBuffer _source, _destination;
    private readonly DeviceBuffer? _residual;
    private readonly ConvolutionStep? _beside;

    private FusedConvolutionStep(CudaPlanLoader loader, PlanStep step, Conv2d op, FoldedConvolution folded, ConvolutionChoice choice)
    {
        LayerNode node = step.Head.Node;
        (_folded, _workspace) = (folded, loader.Workspace);
        ArithmeticPrecision precision = loader.Options.Precision;
        TensorShape input = new(step.Input.Shape.Batch, op.InChannels, step.Input.Shape.Height, step.Input.Shape.Width);
        try
        {
            _source = loader.Input(step.Input, op.InChannels);
            _destination = loader.Buffer(step.Output).Buffer;
            _residual = step.Residual is { } residual ? loader.Buffer(residual).Buffer : null;
            loader.PublishAsStored(step.Stages[^1]);
            _padded = CudnnPadding.Of(op, input) is { NeedsCopy: true } padding
                ? _owned.Add(new PaddedInput(loader.Runtime.Context, loader.Arena, choice.Format, precision.DataType(), input, padding.Copied)) : null;
            FusedEpilogue fusion = FusedEpilogue.Of(step);
            _fusion = _owned.Add(new FusionDescriptors(loader.Runtime.Context, fusion, op.OutChannels, precision));
            _convolution = _owned.Add(loader.Cuts.Of(loader.Runtime, choice, op, input, node, _fusion));
            _convolution.Reserve(loader, fusion);
            _beside = CudaPlanLoader.ObservesInside(step) ? _owned.Add(new ConvolutionStep(loader, Inside(step), (Conv2d)node.Op, loader.Beside)) : null;
            Choice = StepChoices.Convolution(loader, choice, _convolution, _padded, besideBytes: 0, ", fused");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override StepChoice Choice { get; }

    public override int Operations => _convolution.FusedOperations(_fusion.Fusion) + (_padded is null ? 0 : 1) + (_beside?.Operations ?? 0);

    /// <summary>The fused step where it is asked for and runs, otherwise the split one, whose choice says why.</summary>
    /// <exception cref="CudaNetException">cuDNN runs neither.</exception>
    public static CudaStep OrSplit(CudaPlanLoader loader, PlanStep step, Conv2d op)
    {
        StepWeights weights = loader.Weights[step.Head.Node];
        if (!loader.Options.FusedConvolutions || (step.Stages.Count == 1 && !op.Bias))
        {
            return new ConvolutionStep(loader, step, op);
        }

        string whyNot = "other layers read what is inside";
        if (weights.Folded is { } folded)
        {
            Conv2d padded = op with { InChannels = weights.Pitch * op.Groups };
            if (!folded.Fits)
            {
                whyNot = $"its folded weights leave {loader.Options.Precision.ShortName()}'s range";
            }
            else if (loader.Choices.FusedOf(loader.Runtime, padded, FusedEpilogue.Of(step), step.Input.Shape.Height, step.Input.Shape.Width) is { } choice)
            {
                return new FusedConvolutionStep(loader, step, padded, folded, choice);
            }
            else
            {
                whyNot = "cuDNN does not run that here";
            }
        }

        return new ConvolutionStep(loader, step, op, remark: $", not fused: {whyNot}");
    }

    public override void Initialise(CudaStream stream)
    {
        _padded?.Clear(stream);
        _beside?.Initialise(stream);
    }

    public override void Enqueue(CudaPlace place)
    {
        DeviceSlice x = _padded?.Copy(place.Cudnn, _source.Address) ?? _source.Slice;
        _convolution.EnqueueFused(place.Stream, place.Cudnn, _fusion, x, _folded.Filters.Address, _folded.Bias.Address, _residual?.Slice, _workspace.Address, _destination.Slice);
        _beside?.Enqueue(place);
    }

    public override void Dispose()
    {
        _owned.Dispose();
        base.Dispose();
    }

    /// <summary>The step without its last value, which the fused call stores.</summary>
    private static PlanStep Inside(PlanStep step) => step with { Stages = [.. step.Stages.SkipLast(1), step.Stages[^1] with { Stored = null, IsObserved = false }] };
}
