using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>The ends of passes that are bound: the steps' input is written before the pass, from wherever the run's binding says.</summary>
internal abstract class BoundEnds(CudaProgram program) : PassEnds
{
    /// <summary>Whether the output is brought to the host, which waits for it in any case.</summary>
    public abstract bool IsOutputOnHost { get; }

    protected CudaProgram Program => program;

    /// <summary>Takes the run's binding.</summary>
    /// <param name="stream">Where the pass will be.</param>
    /// <param name="binding">Of the right type and input shape.</param>
    /// <param name="outputShape">The plan's.</param>
    /// <param name="observedInput">To be filled with the input, fp32 N×C×H×W; empty where nobody observes it.</param>
    public abstract void Take(CudaStream stream, RunBinding binding, TensorShape outputShape, Span<float> observedInput);

    /// <summary>Leaves the output of a pass that has ended where the binding says.</summary>
    public abstract void Receive(CudaStream stream);

    public override void EnqueueZeros(CudaStream stream)
    {
        foreach (InputForm form in program.InputForms)
        {
            form.EnqueueZeros(stream);
        }
    }
}
