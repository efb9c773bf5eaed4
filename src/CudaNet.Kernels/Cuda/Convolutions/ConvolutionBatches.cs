using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>A layer's convolution over a whole batch by the chosen algorithm, in calls as the batch is cut. Each call gets the workspace that it asks for, no more.</summary>
internal sealed partial class ConvolutionBatches : IDisposable
{
    private readonly ConvolutionChoice _choice;
    private readonly Part _whole;
    private readonly Part? _rest;
    private PaddedCall? _padded;

    /// <param name="runtime">Where.</param>
    /// <param name="choice">For this layer and image size.</param>
    /// <param name="op">The layer, with as many input channels as its input has.</param>
    /// <param name="input">N×C×H×W.</param>
    /// <param name="precision">Of all values.</param>
    /// <param name="cut">Of the input's batch.</param>
    public ConvolutionBatches(CudaRuntime runtime, ConvolutionChoice choice, Conv2d op, TensorShape input, ArithmeticPrecision precision, BatchCut cut)
    {
        (_choice, Cut) = (choice, cut);
        try
        {
            _whole = PartOf(cut.Images);
            _rest = cut.ShortCall == 0 ? null : PartOf(cut.ShortCall);
        }
        catch
        {
            Dispose();
            throw;
        }

        int element = precision.Storage().Bytes();
        ConvolutionDescriptors descriptors = _whole.Descriptors;
        Sizes = new ProbeSizes(
            descriptors.Input.ElementCount / cut.Images * element, descriptors.Output.ElementCount / cut.Images * element,
            descriptors.Filters.Batch, (int)(descriptors.Filters.ElementCount / descriptors.Filters.Batch), Math.Max(_whole.WorkspaceBytes, _rest?.WorkspaceBytes ?? 0));

        Part PartOf(int images) => new(runtime.Cudnn, choice, new ConvolutionDescriptors(runtime.Context, op, input.WithBatch(images), choice.Format, precision));
    }

    public BatchCut Cut { get; }

    /// <summary>How many operations it queues.</summary>
    public int Operations => Cut.Calls + (_padded is null ? 0 : PaddedCall.Operations);

    /// <summary>Of an image, and of the workspace of the largest call, which is beyond any limit where the algorithm does not run so many images.</summary>
    public ProbeSizes Sizes { get; }

    /// <summary>Bytes that it works in beside input, output and filters, once they are reserved.</summary>
    public long ScratchBytes => Sizes.WorkspaceBytes + (_padded?.Bytes ?? 0);

    /// <summary>Asks for what it works in.</summary>
    /// <param name="loader">Reserves it.</param>
    /// <param name="fusion">Of fused calls; null for plain ones.</param>
    public void Reserve(CudaPlanLoader loader, FusedEpilogue? fusion = null)
    {
        loader.Workspace.Require(Sizes.WorkspaceBytes);
        _padded = Cut.HasPaddedCall ? new PaddedCall(loader, Cut, Sizes.InputBytes, Sizes.OutputBytes) : null;
        if (fusion is { AddsResidual: true })
        {
            _padded?.RequireResidual();
        }
    }

    /// <summary>Queues it. Filters in the choice's layout.</summary>
    public void Enqueue(CudaStream stream, CudnnHandle cudnn, DeviceSlice x, DeviceAddress w, DeviceAddress workspace, DeviceSlice y)
    {
        for (int first = 0; first < Cut.Batch; first += Cut.Images)
        {
            Call call = Begin(stream, first, x, y);
            cudnn.ConvolutionForward(call.Part.Descriptors.Convolution, _choice.Algorithm, 1, call.X, w, call.Part.Workspace(workspace), call.Part.WorkspaceBytes, 0, call.Y);
            call.Padded?.Leave(stream, call.Results);
        }
    }

    public void Dispose()
    {
        _whole?.Descriptors.Dispose();
        _rest?.Descriptors.Dispose();
    }

    /// <summary>The call that begins with an image, its input where it reads it: in place, or, where it is filled up, in a copy that is queued.</summary>
    private Call Begin(CudaStream stream, int first, DeviceSlice x, DeviceSlice y)
    {
        int images = Math.Min(Cut.Images, Cut.Batch - first);
        DeviceSlice from = x.Part(first * Sizes.InputBytes, images * Sizes.InputBytes), to = OutputOf(y, first, images);
        PaddedCall? padded = images < Cut.Images ? _padded : null;
        return new Call(images == Cut.Images || Cut.Pads ? _whole : _rest!, images, padded, padded?.Enter(stream, from) ?? from.Address, padded?.Output ?? to.Address, to);
    }

    private DeviceSlice OutputOf(DeviceSlice all, int first, int images) => all.Part(first * Sizes.OutputBytes, images * Sizes.OutputBytes);

    /// <param name="Part">Its descriptors.</param>
    /// <param name="Images">Of the batch.</param>
    /// <param name="Padded">What fills it up; null where nothing does.</param>
    /// <param name="X">Where it reads.</param>
    /// <param name="Y">Where it stores.</param>
    /// <param name="Results">Where its results belong.</param>
    private readonly record struct Call(Part Part, int Images, PaddedCall? Padded, DeviceAddress X, DeviceAddress Y, DeviceSlice Results);

    private sealed class Part
    {
        /// <summary>Takes the descriptors over.</summary>
        public Part(CudnnHandle cudnn, ConvolutionChoice choice, ConvolutionDescriptors descriptors)
        {
            Descriptors = descriptors;
            try
            {
                descriptors.Convolution.Attributes.SetMathType(choice.MathType);
                WorkspaceBytes = (long)Math.Min(cudnn.WorkspaceBytes(descriptors.Convolution, choice.Algorithm) ?? long.MaxValue, long.MaxValue);
            }
            catch
            {
                descriptors.Dispose();
                throw;
            }
        }

        public ConvolutionDescriptors Descriptors { get; }

        /// <summary>Beyond any limit where the algorithm does not run so many images.</summary>
        public long WorkspaceBytes { get; }

        /// <summary>None where it asks for none.</summary>
        public DeviceAddress Workspace(DeviceAddress shared) => WorkspaceBytes == 0 ? default : shared;
    }
}
