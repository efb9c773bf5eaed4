namespace CudaNet.Kernels.Cuda;

/// <summary>A native object that could not be freed or destroyed, and is lost to the process.</summary>
/// <param name="Call">The exported name of the function that failed, such as <c>cuMemFree_v2</c>.</param>
/// <param name="Handle">The object's handle or address.</param>
/// <param name="Result">What the function answered, by NVIDIA's name.</param>
/// <param name="Number">What it answered.</param>
public sealed record ReleaseFailure(string Call, nint Handle, string Result, int Number)
{
    /// <summary>One line: call, handle, result.</summary>
    public override string ToString() => $"{Call}(0x{Handle:x}) answered {Result} ({Number})";
}
