using System.Runtime.InteropServices;

namespace CudaNet.ColdStart;

/// <summary>One square RGB image as fp32 values, 1×3×N×N, raw in a file.</summary>
internal static class InputFile
{
    public static float[] Read(string path, out int side)
    {
        float[] values = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();
        side = (int)Math.Sqrt(values.Length / 3);
        return values;
    }

    /// <summary>Where the largest value is.</summary>
    public static int Top(ReadOnlySpan<float> logits)
    {
        int top = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            top = logits[i] > logits[top] ? i : top;
        }

        return top;
    }
}
