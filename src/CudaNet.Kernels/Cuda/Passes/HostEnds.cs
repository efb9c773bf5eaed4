using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>Input and output as spans of fp32 on the host, N×C×H×W, through pinned memory of the executable's own where the limit allows.</summary>
internal sealed class HostEnds : PassEnds
{
    private readonly CudaProgram _program;
    private readonly PinnedMemory? _input;
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
        _output = new HostOutput(context, program.Output, program.Host.ArePinned);
        try
        {
            _input = program.Host.ArePinned ? new PinnedMemory(context, (int)program.Input!.Bytes) : null;
        }
        catch
        {
            _output.Dispose();
            throw;
        }
    }

    public override int Operations => (_input is null ? 0 : 1) + _program.InputForms.Length + _output.Operations;

    public override int TimerMarks => 2;

    /// <summary>Takes the run's input; waits for the stream where it is not pinned.</summary>
    public void Take(CudaStream stream, ReadOnlySpan<float> input)
    {
        if (_input is null)
        {
            _isInputFinite = !_checksRange || HalfRange.AreFinite(input);
            stream.Upload(input, _program.Input!.Slice);
        }
        else
        {
            input.CopyTo(_input.AsSpan<float>());
        }
    }

    public override void EnqueueFirst(CudaStream stream, PassTimer? timer, bool isCapturing)
    {
        if (_input is not null)
        {
            stream.Copy((PinnedSlice)_input, _program.Input!.Slice);
        }

        timer?.Sent(isCapturing);
        foreach (InputForm form in _program.InputForms)
        {
            form.EnqueuePlanes(stream, _program.Input!.Slice);
        }
    }

    public override void EnqueueLast(CudaStream stream, PassTimer? timer, bool isCapturing) => _output.Enqueue(stream, timer, isCapturing);

    public override void EnqueueZeros(CudaStream stream)
    {
        if (_input is null)
        {
            stream.Fill((byte)0, _program.Input!.Slice);
        }
        else
        {
            _input.AsSpan<float>().Clear();
        }
    }

    /// <summary>The output of a pass that has ended.</summary>
    /// <exception cref="CudaNetException">The pass left fp16's range.</exception>
    public void Receive(CudaStream stream, Span<float> output)
    {
        _output.Receive(stream, output);
        if (_checksRange && (_input is not null || _isInputFinite))
        {
            HalfRange.Require(_input is null ? [] : _input.AsSpan<float>(), output, _program.Output.Node);
        }
    }

    public override void Dispose()
    {
        _input?.Dispose();
        _output.Dispose();
    }
}
