using CudaNet.ColdStart;
using Microsoft.ML.OnnxRuntime;

// MODEL INPUT [--marks]: as CudaNet.ColdStart, on ONNX Runtime as it is by default.
Marks marks = new();
float[] values = InputFile.Read(args[1], out int side);
using InferenceSession session = new(args[0]);
marks.Add("open the model");
using OrtValue input = OrtValue.CreateTensorValueFromMemory(values, [1, 3, side, side]);
using RunOptions options = new();
using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, session.InputNames, [input], session.OutputNames);
marks.Add("first pass");
Console.WriteLine(InputFile.Top(outputs[0].GetTensorDataAsSpan<float>()));
marks.Add("print");
if (args is [_, _, "--marks"])
{
    marks.Print();
}
