namespace CudaNet.Engine;

/// <summary>
/// Memory that a run takes its input from and gives its output to, of a kind that only a backend knows (for example device pointers with the caller's
/// stream). A backend derives its own type, says so by <see cref="PreparedModel.Takes"/>, and finds it again in its executables; the engine looks at
/// the shape alone. Host memory needs no binding.
/// </summary>
public abstract class RunBinding
{
    /// <summary>N×C×H×W of the input.</summary>
    public abstract TensorShape InputShape { get; }
}
