namespace CudaNet.Cuda.Tests.Engine;

/// <summary>Whether tests take minutes instead of seconds: the environment variable <c>CUDANET_ENDURANCE</c>, which a nightly run sets to 1.</summary>
internal static class Endurance
{
    public static bool IsAsked { get; } = Environment.GetEnvironmentVariable("CUDANET_ENDURANCE") is { Length: > 0 } value && value != "0";
}
