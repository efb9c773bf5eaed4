using CudaNet.Engine;
using CudaNet.Kernels.Cuda;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>The example of <c>docs/cuda-backend.md</c> for programs that have their data on the GPU, word for word: <see cref="BesideOthersTests"/> compares and runs it.</summary>
internal static class BesideOthersExample
{
    public static void Run(IOtherProgram their, Model model, CudaLibraries libraries)
    {
        // begin
        // In their context; leave that out where it is the device's primary one.
        CudaBackend backend = new(new CudaOptions { Context = their.Context, Precision = ArithmeticPrecision.Float16, Libraries = libraries });
        using Session session = new(model, backend);
        TensorShape shape = new(1, 3, 224, 224);

        // Checked once: device, range, alignment, length, stream. Frames are bytes, as a decoder leaves them: height, width, channel.
        using DeviceBinding binding = backend.Bind(
            DeviceInput.Images(new DeviceAddress(their.Frame), shape, Preprocessing.Torchvision),
            new DeviceOutput(new DeviceAddress(their.Logits), session.OutputShape(shape)),
            new DeviceOrder { Stream = their.Stream });
        session.Prepare(shape, session.Select(), binding: typeof(DeviceBinding)); // the first run finds a graph

        while (their.DecodeNext()) // queues what fills the frame
        {
            session.Enqueue(binding); // runs after it, and nothing waits
            their.UseLogits(); // what they queue next runs after the network
        }

        // end
    }
}

/// <summary>What the other program has, as ManagedCuda, ILGPU or a binding of one's own gives it.</summary>
internal interface IOtherProgram
{
    nint Context { get; }

    nint Stream { get; }

    ulong Frame { get; }

    ulong Logits { get; }

    bool DecodeNext();

    void UseLogits();
}
