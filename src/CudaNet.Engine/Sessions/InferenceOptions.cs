namespace CudaNet.Engine;

/// <summary>What a session may hold and do.</summary>
public sealed record InferenceOptions
{
    private readonly int? _maxExecutables;

    /// <summary>
    /// Executables kept at once, one a run in flight of a pair of input shape and set of published layers; at least <see cref="MaxConcurrentRuns"/>,
    /// by default 8 or as many.
    /// One more and the least recently used idle one goes, with its memory.
    /// </summary>
    public int MaxExecutables
    {
        get => _maxExecutables ?? Math.Max(8, MaxConcurrentRuns);
        init => _maxExecutables = value;
    }

    /// <summary>
    /// Runs in flight at once, at least 1; further ones wait, first come first served. Each costs an executable of its own: the buffers that
    /// <c>cudanet explain</c> shows, and workspaces (a ResNet-18 at batch 1 and 224×224: about 10 MB on a CPU). Weights and threads are shared.
    /// </summary>
    public int MaxConcurrentRuns { get; init; } = 1;

    /// <summary>
    /// Called on a pool thread with a sentence for each pulled run that was neither ended nor disposed of and that the garbage collector found; its place
    /// is free again then. What it throws goes to the trace. By default the sentence goes to <see cref="System.Diagnostics.Trace"/> as a warning.
    /// </summary>
    public Action<string>? RunForgotten { get; init; }
}

/// <summary>An executable that a session holds.</summary>
/// <param name="InputShape">N×C×H×W.</param>
/// <param name="Observed">The layers it publishes, in the graph's order.</param>
/// <param name="PassText">How its passes reach the device, in a sentence, where the backend has several ways: <see cref="Executable.PassText"/>.</param>
/// <param name="Bytes">Of all its buffers.</param>
public sealed record LoadedExecutable(TensorShape InputShape, IReadOnlyList<LayerNode> Observed, string? PassText, long Bytes);

/// <summary>What a session holds now.</summary>
/// <param name="Executables">Executables resident.</param>
/// <param name="WeightBytes">Bytes of the weights in every form, one set however many executables and sessions share it.</param>
/// <param name="ExecutableBytes">Bytes of all buffers of all resident executables, each once where they use it in turn.</param>
public sealed record SessionMemory(int Executables, long WeightBytes, long ExecutableBytes);
