// y[n, k] = exp(x[n, k] - m) / s with m the row's largest value and s the sum of the row's exponentials. A row that holds NaN or +infinity, or -infinity
// only, is NaN throughout.
#include "common.cuh"

// e to the x for x at most 0, within an ulp or two: the same bits on every device, because it uses no approximating instruction.
DEVICE float Exp(float x)
{
    // x = n ln 2 + r; adding 1.5 * 2^23 rounds to the integer n and leaves it in the low bits.
    float shifted = Fma(x, 1.44269504f, 12582912.0f);
    float n = shifted - 12582912.0f;
    float r = Fma(n, -1.42860677e-6f, Fma(n, -0.693145752f, x));
    float power = 1.0f / 5040;
    power = Fma(power, r, 1.0f / 720);
    power = Fma(power, r, 1.0f / 120);
    power = Fma(power, r, 1.0f / 24);
    power = Fma(power, r, 1.0f / 6);
    power = Fma(power, r, 0.5f);
    power = Fma(power, r, 1.0f);
    power = Fma(power, r, 1.0f);

    // By two powers of two, because n reaches below the smallest normal exponent.
    int exponent = (int)(BitsOf(shifted) - 0x4B400000);
    int half = exponent >> 1;
    float scaled = power * FromBits((u32)(half + 127) << 23) * FromBits((u32)(exponent - half + 127) << 23);
    return x < -104.0f ? 0.0f : scaled;
}

// Any length and alignment: a thread a row.
template <class P> DEVICE void SoftmaxNaive(const typename P::Stored* __restrict__ source, u32 rows, u32 length, typename P::Stored* __restrict__ destination)
{
    u32 row = blockIdx.x * blockDim.x + threadIdx.x;
    if (row >= rows)
    {
        return;
    }

    source += row * length;
    destination += row * length;
    float largest = -Infinity();
    for (u32 i = 0; i < length; i++)
    {
        largest = Largest(largest, P::Widen(source[i]));
    }

    ChunkedSum sum;
    for (u32 i = 0; i < length; i++)
    {
        sum.Add(Exp(P::Widen(source[i]) - largest), 1.0f);
    }

    for (u32 i = 0; i < length; i++)
    {
        destination[i] = P::Narrow(Exp(P::Widen(source[i]) - largest) / sum.Value());
    }
}

constexpr u32 RowThreads = 256;
constexpr u32 RowWarps = RowThreads / WarpSize;

// A block a row of at most 256 pieces of 16 bytes, a piece a thread, kept in registers. Sums: a thread's values in order, the warp's lanes in a
// butterfly, the warps in order. Needs alignment and rows of whole pieces.
template <class P, int V = P::Lanes>
DEVICE void SoftmaxRow(const typename P::Stored* __restrict__ source, u32 length, typename P::Stored* __restrict__ destination)
{
    __shared__ float maxima[RowWarps], sums[RowWarps];
    u32 first = threadIdx.x * V, warp = threadIdx.x / WarpSize, lane = threadIdx.x % WarpSize;
    bool inside = first < length;
    float values[V];
#pragma unroll
    for (int k = 0; k < V; k++)
    {
        values[k] = -Infinity();
    }

    if (inside)
    {
        Load<P, V>(source + blockIdx.x * length + first, values);
    }

    float largest = values[0];
#pragma unroll
    for (int k = 1; k < V; k++)
    {
        largest = Largest(largest, values[k]);
    }

#pragma unroll
    for (u32 apart = WarpSize / 2; apart > 0; apart /= 2)
    {
        largest = Largest(largest, ShuffleXor(largest, apart));
    }

    if (lane == 0)
    {
        maxima[warp] = largest;
    }

    __syncthreads();
    largest = maxima[0];
#pragma unroll
    for (u32 i = 1; i < RowWarps; i++)
    {
        largest = Largest(largest, maxima[i]);
    }

    float sum = 0.0f;
#pragma unroll
    for (int k = 0; k < V; k++)
    {
        values[k] = Exp(values[k] - largest);
        sum = sum + values[k];
    }

    sum = inside ? sum : 0.0f;
#pragma unroll
    for (u32 apart = WarpSize / 2; apart > 0; apart /= 2)
    {
        sum = sum + ShuffleXor(sum, apart);
    }

    if (lane == 0)
    {
        sums[warp] = sum;
    }

    __syncthreads();
    if (!inside)
    {
        return;
    }

    sum = sums[0];
#pragma unroll
    for (u32 i = 1; i < RowWarps; i++)
    {
        sum = sum + sums[i];
    }

#pragma unroll
    for (int k = 0; k < V; k++)
    {
        values[k] = values[k] / sum;
    }

    Store<P, V>(values, destination + blockIdx.x * length + first);
}

#define SOFTMAX(P, precision) \
    KERNEL THREADS(256) cudanet_softmax_##precision(const P::Stored* __restrict__ source, u32 rows, u32 length, P::Stored* __restrict__ destination) \
    { SoftmaxNaive<P>(source, rows, length, destination); } \
    KERNEL THREADS(256) cudanet_softmax_##precision##_row(const P::Stored* __restrict__ source, u32 length, P::Stored* __restrict__ destination) \
    { SoftmaxRow<P>(source, length, destination); }

SOFTMAX(F32, f32)
SOFTMAX(F16, f16)
SOFTMAX(BF16, bf16)
