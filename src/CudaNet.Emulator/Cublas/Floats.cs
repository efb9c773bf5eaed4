using System.Runtime.InteropServices;

namespace CudaNet.Emulator.Cublas;

/// <summary>Bytes of device memory as floats.</summary>
internal static class Floats
{
    public static Span<float> Of(Span<byte> bytes) => MemoryMarshal.Cast<byte, float>(bytes);
}
