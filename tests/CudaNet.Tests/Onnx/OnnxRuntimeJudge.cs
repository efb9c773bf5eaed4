using CudaNet.Engine;
using CudaNet.Tests.Support;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace CudaNet.Tests.Onnx;

/// <summary>What ONNX Runtime computes of a graph, and whether CudaNet computes the same.</summary>
internal static class OnnxRuntimeJudge
{
    private static readonly string[] Outputs = ["y"];

    /// <summary>The values of <c>y</c> for the input <c>x</c>, without any of its optimisations.</summary>
    public static (long[] Extents, float[] Values) Run(byte[] file, Tensor input, long[] extents)
    {
        using Microsoft.ML.OnnxRuntime.SessionOptions options = new() { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL, IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using InferenceSession session = new(file, options);
        using RunOptions run = new();
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(input.Values.ToArray(), extents);
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, ["x"], [value], Outputs);
        return (results[0].GetTensorTypeAndShape().Shape, results[0].GetTensorDataAsSpan<float>().ToArray());
    }

    /// <summary>Fails unless the reference backend gives the same; a value of one pixel may lack its rows and columns.</summary>
    public static void AssertSame(OnnxBytes graph, Tensor input, bool isChannelsLast = false)
    {
        Tensor actual = graph.Run(input);
        (Tensor given, long[] extents) = isChannelsLast ? (ChannelsLast(input), (long[])[input.Shape[0], input.Shape[2], input.Shape[3], input.Shape[1]]) : (input, [.. input.Shape.Extents.ToArray().Select(e => (long)e)]);
        (long[] shape, float[] expected) = Run(graph.File, given, extents);
        Assert.Equal(shape.Aggregate(1L, (a, b) => a * b), actual.Shape.ElementCount);
        TensorComparison comparison = TensorComparison.Compare(actual.Shape, actual.Values, new Tensor(actual.Shape, expected), Tolerance.For("cpu"));
        Assert.True(comparison.Passed, comparison.ToString());
        Assert.Contains(expected, v => v != 0);
    }

    private static Tensor ChannelsLast(Tensor input)
    {
        TensorShape shape = input.Shape;
        float[] values = new float[shape.ElementCount];
        int pixels = shape.Height * shape.Width;
        for (int n = 0; n < shape.Batch; n++)
        {
            for (int c = 0; c < shape.Channels; c++)
            {
                for (int p = 0; p < pixels; p++)
                {
                    values[(((n * pixels) + p) * shape.Channels) + c] = input.Values[(((n * shape.Channels) + c) * pixels) + p];
                }
            }
        }

        return new Tensor(shape, values);
    }
}
