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

        // Layers of this run, pulled one after the other while it goes on; then its output. Nothing is allocated.
        using (InferenceRun run = session.Start(image, ["layer1.1.act2", "global_pool"]))
        {
            while (run.Next(out Observation layer))
            {
                Console.WriteLine($"{layer.Name} {layer.Shape}, first {layer.Values[0]:f4}");
            }

            Console.WriteLine($"logits {run.OutputShape}, first {run.Output[0]:f4}");
        }

        // The same in one call, with memory of its own.
        LayerOutputs outputs = session.Extract(image, ["global_pool"]);
        Console.WriteLine($"global_pool {outputs["global_pool"].Shape}, logits {outputs.Output.Shape}");

        // An attached observer hears every run, whoever starts it, until its handle is disposed.
        using (session.Observe("avgpool", (in Observation o) => Console.WriteLine($"{o.Name} of {o.Tag}")))
        {
            session.Predict(image, tag: "a run");
        }
        // end
    }
}
