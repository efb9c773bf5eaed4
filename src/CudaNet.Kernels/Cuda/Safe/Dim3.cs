namespace CudaNet.Kernels.Cuda;

/// <summary>How many along each of three axes.</summary>
/// <param name="X">The axis along which neighbours run together.</param>
/// <param name="Y">The second.</param>
/// <param name="Z">The third.</param>
public readonly record struct Dim3(int X, int Y = 1, int Z = 1)
{
    /// <summary>The product.</summary>
    public long Count => (long)X * Y * Z;

    /// <summary>So many along the first axis.</summary>
    public static implicit operator Dim3(int x) => new(x);

    /// <inheritdoc/>
    public override string ToString() => $"{X}×{Y}×{Z}";
}
