using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>Input and output as spans of fp32 on the host, N×C×H×W, through pinned memory of the executable's own where the limit allows.</summary>
internal sealed class HostEnds : PassEnds
{
    private readonly OwnedObjects _owned = new();
    private readonly CudaProgram _program;
    private readonly HostInput<float> _input;
    private readonly HostOutput _output;
    private readonly bool _checksRange;
    private bool _isInputFinite;

    /// <param name="context">Current.</param>
    /// <param name="program">Allocated.</param>
    /// <param name="checksRange">Whether infinite results of finite inputs are refused.</param>
    /// <exception cref="CudaException">So much cannot be pinned.</exception>
    public HostEnds(CudaContext context, CudaProgram program, bool checksRange)
    {
        (_program, _checksRange) = (program, checksRange);
        try
        {
            _output = _owned.Add(new HostOutput(context, program.Output, program.Host.ArePinned));
            _input = _owned.Add(new HostInput<float>(context, program.Input!, program.Host.ArePinned));
        }
        catch
        {
            _owned.Dispose();
            throw;
        }
    }

    public override int Operations => _input.Operations + _program.InputForms.Length + _output.Operations;

    public override int TimerMarks => 2;

    /// <summary>Takes the run's input; waits for the stream where it is not pinned.</summary>
    public void Take(CudaStream stream, ReadOnlySpan<float> input)
    {
        _isInputFinite = _input.IsPinned || !_checksRange || HalfRange.AreFinite(input);
        _input.Take(stream, input);
    }

    public override void EnqueueFirst(CudaStream stream, PassTimer? timer, bool isCapturing)
    {
        _input.Enqueue(stream);
        timer?.Sent(isCapturing);
        foreach (InputForm form in _program.InputForms)
        {
            form.EnqueuePlanes(stream, _program.Input!.Slice);
        }
    }

    public override void EnqueueLast(CudaStream stream, PassTimer? timer, bool isCapturing) => _output.Enqueue(stream, timer, isCapturing);

    public override void EnqueueZeros(CudaStream stream)
    {
        _input.Kept.Clear();
        if (!_input.IsPinned)
        {
            stream.Fill((byte)0, _program.Input!.Slice);
        }
    }

    /// <summary>The output of a pass that has ended.</summary>
    /// <exception cref="CudaNetException">The pass left fp16's range.</exception>
    public void Receive(CudaStream stream, Span<float> output)
    {
        _output.Receive(stream, output);
        if (_checksRange && _isInputFinite)
        {
            HalfRange.Require(_input.Kept, output, _program.Output.Node);
        }
    }

    public override void Dispose() => _owned.Dispose();
}
