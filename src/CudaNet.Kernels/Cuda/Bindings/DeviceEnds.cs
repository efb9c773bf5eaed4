using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>The ends of <see cref="DeviceBinding"/>: a kernel from the caller's memory, one operation to it. Nothing of the caller's is in a graph.</summary>
internal sealed class DeviceEnds(CudaContext context, CudaProgram program) : BoundEnds(program)
{
    private DeviceBinding? _binding;
    private byte[] _stored = [];

    public override bool IsOutputOnHost => false;

    public override void Take(CudaStream stream, RunBinding binding, TensorShape outputShape, Span<float> observedInput)
    {
        DeviceBinding bound = (DeviceBinding)binding;
        if (bound.Context != context)
        {
            throw new CudaNetException("the binding was made by another backend") { Hint = $"Bind with the backend that prepared the model: {nameof(CudaBackend)}.{nameof(CudaBackend.Bind)}." };
        }

        if (bound.Output.Shape != outputShape)
        {
            throw new ShapeException($"the run's output is {outputShape}, and the binding's is {bound.Output.Shape}");
        }

        bound.AwaitInput(stream);
        if (observedInput.Length > 0)
        {
            Observe(stream, bound, observedInput);
        }

        _binding = bound;
    }

    public override void EnqueueHead(CudaStream stream, PassTimer? timer)
    {
        DeviceBinding binding = _binding!;
        timer?.Sent(isCapturing: false);
        foreach (InputForm form in Program.InputForms)
        {
            if (binding.Input.Precision is not { } precision)
            {
                form.EnqueuePixels(stream, binding.Source, binding.Normalization);
            }
            else if (binding.Input.IsChannelsLast)
            {
                form.EnqueueChannelsLast(stream, binding.Source, precision);
            }
            else
            {
                form.EnqueuePlanes(stream, binding.Source);
            }
        }
    }

    public override void EnqueueTail(CudaStream stream)
    {
        Program.Output.EnqueueTo(stream, _binding!.Destination);
        _binding.AnnounceOutput(stream);
    }

    public override void Receive(CudaStream stream) => _binding = null;

    public override void Dispose() => _binding = null;

    /// <summary>Waits for the input, and brings it in the observers' form.</summary>
    private void Observe(CudaStream stream, DeviceBinding binding, Span<float> values)
    {
        DeviceInput input = binding.Input;
        if (!input.IsChannelsLast)
        {
            stream.Download(binding.Source, values);
            return;
        }

        int bytes = checked((int)input.Bytes);
        _stored = _stored.Length < bytes ? new byte[bytes] : _stored;
        Span<byte> stored = _stored.AsSpan(0, bytes);
        stream.Download(binding.Source, stored);
        if (input.Precision is { } precision)
        {
            PixelValues.Widen(stored, input.Shape, precision, values);
        }
        else
        {
            binding.Values!.Normalize(stored, input.Shape, values);
        }
    }
}
