using CudaNet.ColdStart;
using CudaNet.Engine;
using CudaNet.Kernels.Cpu;
using CudaNet.Weights;

// MODEL INPUT [--marks]: opens the model, predicts, prints the top class; with --marks also when each part was done, and what another image size takes.
Marks marks = new();
float[] values = InputFile.Read(args[1], out int side);
using Model model = ModelFile.Open(args[0]);
marks.Add("open the model");
using PreparedModel prepared = new CpuBackend().Prepare(model);
marks.Add("pack the weights");
using Session session = new(prepared);
Tensor input = new(new TensorShape(1, 3, side, side), values);
session.Prepare(input.Shape);
marks.Add("plan and load");
Tensor logits = session.Predict(input);
marks.Add("first pass");
Console.WriteLine(InputFile.Top(logits.Values));
marks.Add("print");
if (args is [_, _, "--marks"])
{
    session.Prepare(new TensorShape(1, 3, 160, 160));
    marks.Add("another size");
    marks.Print();
}
