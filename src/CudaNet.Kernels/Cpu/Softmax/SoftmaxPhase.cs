using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cpu;

/// <summary>
/// exp(x − m) / Σ over each image's values, m being the largest. Value by value, the sum in double in the order of the channels: the same bits at every vector
/// width and on every processor. One item is one image.
/// </summary>
internal sealed unsafe class SoftmaxPhase(float* source, BlockedImage image, float* destination) : StoringPhase
{
    public override int Items { get; } = image.Batch;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Compute(int item, int worker)
    {
        int padded = image.Blocks * BlockedImage.BlockChannels;
        ReadOnlySpan<float> row = new(source + (item * image.ImageStride), image.Channels);
        Span<float> target = new(destination + (item * image.ImageStride), padded);
        float largest = float.NegativeInfinity;
        foreach (float value in row)
        {
            // NaN where an operand is.
            largest = MathF.Max(largest, value);
        }

        double sum = 0;
        for (int c = 0; c < row.Length; c++)
        {
            target[c] = Exp(row[c] - largest);
            sum += target[c];
        }

        for (int c = 0; c < row.Length; c++)
        {
            target[c] = (float)(target[c] / sum);
        }

        target[row.Length..].Clear();
    }

    /// <summary>e to the x for x at most 0, within an ulp or two, by operations that IEEE 754 fixes; as <c>Cuda/Sources/softmax.cu</c> has it.</summary>
    private static float Exp(float x)
    {
        if (x < -104)
        {
            return 0;
        }

        // x = n ln 2 + r; adding 1.5 · 2²³ rounds to the integer n and leaves it in the low bits.
        const float rounding = 12582912;
        float shifted = MathF.FusedMultiplyAdd(x, 1.44269504f, rounding);
        float n = shifted - rounding;
        float r = MathF.FusedMultiplyAdd(n, -1.42860677e-6f, MathF.FusedMultiplyAdd(n, -0.693145752f, x));
        float power = 1f / 5040;
        power = MathF.FusedMultiplyAdd(power, r, 1f / 720);
        power = MathF.FusedMultiplyAdd(power, r, 1f / 120);
        power = MathF.FusedMultiplyAdd(power, r, 1f / 24);
        power = MathF.FusedMultiplyAdd(power, r, 1f / 6);
        power = MathF.FusedMultiplyAdd(power, r, 0.5f);
        power = MathF.FusedMultiplyAdd(power, r, 1);
        power = MathF.FusedMultiplyAdd(power, r, 1);

        // By two powers of two, because n reaches below the smallest normal exponent.
        int exponent = BitConverter.SingleToInt32Bits(shifted) - BitConverter.SingleToInt32Bits(rounding);
        int half = exponent >> 1;
        return power * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    private static float PowerOfTwo(int exponent) => BitConverter.Int32BitsToSingle((exponent + 127) << 23);
}
