using System.Numerics;
using System.Runtime.InteropServices;
using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>Finds out that a run left fp16's range, whose numbers nobody should take for results.</summary>
internal static class HalfRange
{
    public static bool AreFinite(ReadOnlySpan<float> values)
    {
        // x − x is 0 for a number, and NaN for what is none.
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        Vector<float> wrong = Vector<float>.Zero;
        foreach (Vector<float> vector in vectors)
        {
            wrong += vector - vector;
        }

        float sum = Vector.Sum(wrong);
        foreach (float value in values[(vectors.Length * Vector<float>.Count)..])
        {
            sum += value - value;
        }

        return sum == 0;
    }

    /// <param name="input">The run's, or empty where it is not known.</param>
    /// <param name="output">What came out.</param>
    /// <param name="node">Whose it is.</param>
    /// <exception cref="CudaNetException">Infinite or undefined values came of finite ones.</exception>
    public static void Require(ReadOnlySpan<float> input, ReadOnlySpan<float> output, LayerNode node)
    {
        if (!AreFinite(output) && AreFinite(input))
        {
            throw new CudaNetException($"layer '{node}' has infinite or undefined values: values on the way to it are beyond fp16's largest, 65,504")
            {
                Layer = node.Name,
                Hint = $"{nameof(ArithmeticPrecision.BFloat16)} and {nameof(ArithmeticPrecision.TensorFloat32)} have fp32's range; observing layers shows where it begins.",
            };
        }
    }
}
