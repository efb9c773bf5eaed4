using CudaNet.Engine;
using CudaNet.Tests.Support;
using CudaNet.Weights;

namespace CudaNet.Tests.Weights;

/// <summary>The ways to open the same bytes that are no path.</summary>
internal static class OpenForms
{
    public delegate Model Form(byte[] bytes, ModelFileOptions? options, string? name);

    public static IReadOnlyDictionary<string, Form> All { get; } = new Dictionary<string, Form>
    {
        ["bytes"] = (bytes, options, name) => ModelFile.Open(bytes, options, name),
        ["bytes at 1"] = (bytes, options, name) => ModelFile.Open(Moved(bytes, 1), options, name),
        ["bytes at 2"] = (bytes, options, name) => ModelFile.Open(Moved(bytes, 2), options, name),
        ["bytes at 3"] = (bytes, options, name) => ModelFile.Open(Moved(bytes, 3), options, name),
        ["stream"] = (bytes, options, name) => ModelFile.Open(new MemoryStream(bytes), options, name),
        ["end of a stream"] = (bytes, options, name) => ModelFile.Open(new MemoryStream([1, 2, 3, .. bytes]) { Position = 3 }, options, name),
        ["stream of single bytes"] = (bytes, options, name) => ModelFile.Open(new ScriptedStream(bytes) { MostARead = 1 }, options, name),
        ["stream that lies"] = (bytes, options, name) => ModelFile.Open(new ScriptedStream(bytes) { MostARead = 4099, SaidLength = 1_000_000_000 }, options, name),
    };

    /// <summary>The same bytes at an address that is as many past one divisible by 8.</summary>
    public static ReadOnlyMemory<byte> Moved(byte[] bytes, int by)
    {
        byte[] moved = new byte[bytes.Length + by];
        bytes.CopyTo(moved, by);
        return moved.AsMemory(by);
    }
}
