namespace CudaNet.Kernels.Cpu;

/// <summary>A tile of a convolution's outputs.</summary>
/// <param name="Image">Of which image of the batch.</param>
/// <param name="Y">Its first row.</param>
/// <param name="X">Its first column.</param>
/// <param name="Height">Its rows in the image.</param>
/// <param name="Width">Its columns in the image.</param>
/// <param name="Spared">The points that it does not need.</param>
internal readonly record struct Tile(int Image, int Y, int X, int Height, int Width, SparedPoints Spared)
{
    /// <summary>The rows and columns that it has.</summary>
    public TilePart Part => new(Height, Width);
}
