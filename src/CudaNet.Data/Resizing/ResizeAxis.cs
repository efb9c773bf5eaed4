namespace CudaNet.Data;

/// <summary>
/// One axis of a resize: <paramref name="Source"/> pixels become <paramref name="Full"/>, of which only the <paramref name="Length"/> from
/// <paramref name="Offset"/> on are computed. A crop after a resize therefore costs neither time nor memory for what it cuts off.
/// </summary>
internal readonly record struct ResizeAxis(int Source, long Full, long Offset, int Length)
{
    /// <summary>The whole axis.</summary>
    public static ResizeAxis Whole(int source, int full) => new(source, full, 0, full);
}
