namespace CudaNet.Engine;

/// <summary>An executable that a session keeps, with memory for its output. Its fields belong to the <see cref="ExecutablePool"/>.</summary>
internal sealed class ResidentExecutable(Executable executable, float[] output) : IDisposable
{
    public Executable Executable => executable;

    /// <summary>The output of a pulled run; managed memory, so that a span of it outlives whatever is done to the run.</summary>
    public Span<float> Output => output;

    public long Bytes => executable.Bytes + (sizeof(float) * (long)output.Length);

    /// <summary>A run has it.</summary>
    public bool IsBusy { get; set; }

    /// <summary>When it was last given to a run.</summary>
    public long LastUse { get; set; }

    public bool Runs(TensorShape input, RunLayers layers, Type? binding) =>
        executable.Plan.InputShape == input && executable.BindingType == binding && layers.IsPublishedBy(executable.Plan);

    public void Dispose() => executable.Dispose();
}
