using CudaNet.Engine;
using CudaNet.Weights;
using Microsoft.ML.OnnxRuntime;

namespace CudaNet.Bench;

/// <summary>ONNX Runtime's CPU provider with all graph optimisations, its input and output bound to fixed memory.</summary>
internal sealed class OnnxRuntimeContender : IContender
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly float[] _logits;
    private readonly OrtValue _input;
    private readonly OrtValue _output;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;

    public OnnxRuntimeContender(Model model, Tensor input, int threads)
    {
        using Microsoft.ML.OnnxRuntime.SessionOptions options = new()
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
        };

        // Its threads spin within a run as they like, but not on into the other contender's.
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        using MemoryStream file = new();
        OnnxExport.Write(model, file, FixedTo(input.Shape));
        _session = new InferenceSession(file.ToArray(), options);
        TensorShape output = model.Graph.InferShapes(input.Shape)[model.Graph.Output.Index];
        _logits = new float[output.ElementCount];
        _input = OrtValue.CreateTensorValueFromMemory(input.Values.ToArray(), Extents(input.Shape));
        _output = OrtValue.CreateTensorValueFromMemory(_logits, Extents(output));
        _inputNames = [model.Graph.Input.Name];
        _outputNames = [model.Graph.Output.Name];
    }

    public ReadOnlySpan<float> Logits => _logits;

    /// <summary>A graph that takes inputs of one shape alone, as peers like it best.</summary>
    public static OnnxExportOptions FixedTo(TensorShape input) => new() { Batch = input.Batch, Height = input.Height, Width = input.Width };

    /// <exception cref="CudaNetException">Its native library is not there.</exception>
    public static string FindVersion()
    {
        try
        {
            return OrtEnv.Instance().GetVersionString();
        }
        catch (Exception exception) when (exception is DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException or EntryPointNotFoundException })
        {
            throw new CudaNetException($"ONNX Runtime's library is not in {AppContext.BaseDirectory}", exception) { Hint = "Build the program again, on a system that ONNX Runtime has a library for." };
        }
    }

    public void Run() => _session.Run(_runOptions, _inputNames, [_input], _outputNames, [_output]);

    public void Dispose()
    {
        _input.Dispose();
        _output.Dispose();
        _runOptions.Dispose();
        _session.Dispose();
    }

    private static long[] Extents(TensorShape shape) => [.. shape.Extents.ToArray().Select(e => (long)e)];
}
