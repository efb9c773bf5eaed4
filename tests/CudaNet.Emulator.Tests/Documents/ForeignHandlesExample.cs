using CudaNet.Kernels.Cuda;

namespace CudaNet.Emulator.Tests.Documents;

/// <summary>The block on plain handles of <c>docs/cuda-from-csharp.md</c>, word for word.</summary>
internal static class ForeignHandlesExample
{
    public static float[] Run(CudaLibraries cuda, (nint Context, nint Stream, nint Event, ulong Address, long Bytes) their)
    {
        // begin
        // Borrowed: disposing of these destroys and frees nothing.
        using CudaContext context = CudaContext.FromHandle(cuda, their.Context);
        using CudaStream theirs = CudaStream.FromHandle(context, their.Stream);
        using CudaEvent ready = CudaEvent.FromHandle(context, their.Event);
        using DeviceMemory buffer = DeviceMemory.FromAddress(context, new DeviceAddress(their.Address), their.Bytes);

        // Our own, in the same context.
        using CudaStream ours = new(context);
        using CudaEvent done = new(context);
        using DeviceMemory copy = new(context, buffer.Bytes);

        theirs.Record(ready); // what they have queued until here …
        ours.WaitFor(ready); // … runs before what we queue from here on
        ours.Copy(buffer, (DeviceSlice)copy);
        ours.Fill(0u, buffer);
        ours.Record(done);
        theirs.WaitFor(done); // and what they queue next runs after it

        float[] values = new float[copy.Bytes / sizeof(float)];
        ours.Download<float>(copy, values);
        // end
        return values;
    }
}
