namespace CudaNet.Engine;

/// <summary>
/// Rows and columns that a window may reach beyond each side of an image. PyTorch pads both sides alike (<see cref="Uniform"/>, or just the number);
/// TensorFlow, CNTK and ONNX may pad them differently.
/// </summary>
public readonly record struct Padding(int Top, int Left, int Bottom, int Right)
{
    /// <summary>The largest of the four.</summary>
    public int Largest => Math.Max(Math.Max(Top, Bottom), Math.Max(Left, Right));

    /// <summary>The smallest of the four.</summary>
    public int Smallest => Math.Min(Math.Min(Top, Bottom), Math.Min(Left, Right));

    /// <summary>True where all four sides are alike.</summary>
    public bool IsUniform => Largest == Smallest;

    /// <summary>The same on all four sides, as <see cref="Uniform"/>.</summary>
    public static implicit operator Padding(int everySide) => Uniform(everySide);

    /// <summary>The same on all four sides.</summary>
    public static Padding Uniform(int everySide) => new(everySide, everySide, everySide, everySide);

    /// <summary>One number where all sides are alike, and four named ones where they are not.</summary>
    public override string ToString() => IsUniform ? $"{Top}" : $"top {Top} left {Left} bottom {Bottom} right {Right}";
}
