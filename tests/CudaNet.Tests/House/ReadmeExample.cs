using CudaNet.Data;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Weights;

namespace CudaNet.Tests.House;

/// <summary>The README's first block, word for word: <see cref="ReadmeTests"/> compares and runs it.</summary>
internal static class ReadmeExample
{
    public static void Run()
    {
        // begin
        using Model model = ModelFile.Open("models/resnet18-leaf.safetensors");
        using Session session = new(model, new CpuBackend());
        Tensor image = new Preprocessor(model.Metadata.Preprocessing!).Load("samples/chelsea.jpg"); // 1×3×128×128

        using (session.Observe("global_pool", (in Observation o) => Console.WriteLine($"{o.Name} {o.Shape}, first {o.Values[0]:f4}")))
        {
            Tensor logits = session.Predict(image); // the callback is called during the pass
            Console.WriteLine($"logits {logits.Shape}, first {logits.Values[0]:f4}");
        }

        session.Predict(image); // the handle is disposed: nobody is called
        // end
    }
}
