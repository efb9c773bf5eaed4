namespace CudaNet.Kernels.Cuda;

/// <summary>The facts of a call that failed.</summary>
/// <param name="Call">The exported name.</param>
/// <param name="Result">NVIDIA's name of the answer.</param>
/// <param name="Number">The answer.</param>
/// <param name="Arguments">What matters of the arguments, or null.</param>
/// <param name="Text">The library's own sentence about the result, or null.</param>
/// <param name="Log">What the driver's compiler wrote, or null.</param>
/// <param name="Hint">What to do about it, or null.</param>
internal sealed record NativeFailure(string Call, string Result, int Number, string? Arguments = null, string? Text = null, string? Log = null, string? Hint = null)
{
    public override string ToString()
    {
        string text = Text is null ? "" : $": {Text}";
        return $"{Call}({Arguments}) answered {Result} ({Number}){text}";
    }
}
