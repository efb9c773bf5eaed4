using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>The ends of <see cref="ImageBinding"/>: bytes to the device, normalisation there, the output back.</summary>
internal sealed class ImageEnds : BoundEnds
{
    private readonly OwnedObjects _owned = new();
    private readonly HostInput<byte> _pixels;
    private readonly HostOutput _output;
    private readonly bool _checksRange;
    private ImageBinding? _binding;

    /// <param name="context">Current.</param>
    /// <param name="program">Allocated.</param>
    /// <param name="checksRange">Whether infinite results are refused.</param>
    /// <exception cref="CudaException">So much cannot be pinned.</exception>
    public ImageEnds(CudaContext context, CudaProgram program, bool checksRange)
        : base(program)
    {
        _checksRange = checksRange;
        try
        {
            _output = _owned.Add(new HostOutput(context, program.Output, program.Host.ArePinned));
            _pixels = _owned.Add(new HostInput<byte>(context, program.Input!, program.Host.ArePinned));
        }
        catch
        {
            _owned.Dispose();
            throw;
        }
    }

    public override bool IsOutputOnHost => true;

    public override int Operations => _output.Operations;

    public override void Take(CudaStream stream, RunBinding binding, TensorShape outputShape, Span<float> observedInput)
    {
        ImageBinding images = (ImageBinding)binding;
        if (images.Output.Length != outputShape.ElementCount)
        {
            throw new ShapeException($"the run's output is {outputShape}: {images.Output.Length} values were offered for it");
        }

        if (observedInput.Length > 0)
        {
            images.Values.Normalize(images.Pixels.Span, images.InputShape, observedInput);
        }

        _pixels.Take(stream, images.Pixels.Span);
        _binding = images;
    }

    public override void EnqueueHead(CudaStream stream, PassTimer? timer)
    {
        _pixels.Enqueue(stream);
        timer?.Sent(isCapturing: false);
        foreach (InputForm form in Program.InputForms)
        {
            form.EnqueuePixels(stream, Program.Input!.Slice, _binding!.Normalization);
        }
    }

    public override void EnqueueLast(CudaStream stream, PassTimer? timer, bool isCapturing) => _output.Enqueue(stream, timer, isCapturing);

    public override void Receive(CudaStream stream)
    {
        Span<float> output = _binding!.Output.Span;
        _binding = null;
        _output.Receive(stream, output);
        if (_checksRange)
        {
            HalfRange.Require([], output, Program.Output.Node);
        }
    }

    public override void Dispose() => _owned.Dispose();
}
