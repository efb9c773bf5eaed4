namespace CudaNet.Tests.Data;

/// <summary>One array of <c>tests/data/resize.sha256</c>: IMAGE/METHOD, uint8, H×W×3.</summary>
internal sealed record ReferenceArray(string Name, string Digest, int Height, int Width);
