using CudaNet.Engine;
using CudaNet.Kernels.Reference;
using Xunit;

namespace CudaNet.Tests.Support;

/// <summary>Every backend variant that this machine runs, by a name that a test can print. One test body serves them all.</summary>
internal static class Backends
{
    public static TheoryData<string> All => ["reference"];

    public static IBackend Create(string name) => name switch
    {
        "reference" => new ReferenceBackend(),
        _ => throw new ArgumentException($"no backend variant '{name}'"),
    };
}
