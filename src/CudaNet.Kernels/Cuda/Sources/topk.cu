// The `count` largest values of each row, best first, with their indices. Of equal values (-0 and +0 are equal) the lowest index leads; NaN comes
// after -infinity. Values are stored as fp32.
#include "common.cuh"

// A value with its place in the order: a larger key is better, then a lower index.
struct Candidate
{
    u32 key, index;

    DEVICE bool IsBetterThan(const Candidate& other) const { return key > other.key || (key == other.key && index < other.index); }
};

constexpr u32 NoIndex = 0xFFFFFFFF;

// Unsigned order is the order of the values; 0 is NaN, below the key of -infinity.
DEVICE u32 KeyOf(float value)
{
    u32 bits = BitsOf(value + 0.0f);
    return IsNaN(value) ? 0 : bits >> 31 ? ~bits : bits | 0x80000000;
}

// Puts `candidate` in the place of `best` where it is better.
DEVICE void Take(bool better, const Candidate& candidate, Candidate& best)
{
    best.key = better ? u32(candidate.key) : u32(best.key);
    best.index = better ? u32(candidate.index) : u32(best.index);
}

// The better of `best` and `candidate`, which counts only behind `last`.
DEVICE void TakeNext(const Candidate& candidate, const Candidate& last, Candidate& best)
{
    Take(last.IsBetterThan(candidate) && candidate.IsBetterThan(best), candidate, best);
}

// Better than every value.
DEVICE Candidate BeforeAll() { return Candidate{0xFFFFFFFF, 0}; }

// Worse than every value.
DEVICE Candidate AfterAll() { return Candidate{0, NoIndex}; }

// Any length and alignment: a thread a row, which reads it once for each place.
template <class P>
DEVICE void TopKNaive(const typename P::Stored* __restrict__ source, u32 rows, u32 length, u32 count, float* __restrict__ values, u32* __restrict__ indices)
{
    u32 row = blockIdx.x * blockDim.x + threadIdx.x;
    if (row >= rows)
    {
        return;
    }

    source += row * length;
    Candidate last = BeforeAll();
    for (u32 place = 0; place < count; place++)
    {
        Candidate best = AfterAll();
        for (u32 i = 0; i < length; i++)
        {
            TakeNext(Candidate{KeyOf(P::Widen(source[i])), i}, last, best);
        }

        values[row * count + place] = P::Widen(source[best.index]);
        indices[row * count + place] = best.index;
        last = best;
    }
}

constexpr u32 RowThreads = 256;
constexpr u32 RowWarps = RowThreads / WarpSize;

// A block a row of at most 256 pieces of 16 bytes, a piece a thread, kept as keys in registers. Needs alignment and rows of whole pieces.
template <class P, int V = P::Lanes>
DEVICE void TopKRow(const typename P::Stored* __restrict__ source, u32 length, u32 count, float* __restrict__ values, u32* __restrict__ indices)
{
    // Two sets by turns, so that one barrier a place is enough.
    __shared__ u32 keys[2][RowWarps], places[2][RowWarps];
    u32 first = threadIdx.x * V;
    source += blockIdx.x * length;
    Candidate mine[V];
#pragma unroll
    for (int k = 0; k < V; k++)
    {
        mine[k] = AfterAll();
    }

    if (first < length)
    {
        float loaded[V];
        Load<P, V>(source + first, loaded);
#pragma unroll
        for (int k = 0; k < V; k++)
        {
            mine[k] = Candidate{KeyOf(loaded[k]), first + k};
        }
    }

    Candidate last = BeforeAll();
    for (u32 place = 0; place < count; place++)
    {
        Candidate best = AfterAll();
#pragma unroll
        for (int k = 0; k < V; k++)
        {
            TakeNext(mine[k], last, best);
        }

#pragma unroll
        for (u32 apart = WarpSize / 2; apart > 0; apart /= 2)
        {
            Candidate other = {ShuffleXor(best.key, apart), ShuffleXor(best.index, apart)};
            Take(other.IsBetterThan(best), other, best);
        }

        u32 set = place % 2;
        if (threadIdx.x % WarpSize == 0)
        {
            keys[set][threadIdx.x / WarpSize] = best.key;
            places[set][threadIdx.x / WarpSize] = best.index;
        }

        __syncthreads();
        last = Candidate{keys[set][0], places[set][0]};
#pragma unroll
        for (u32 warp = 1; warp < RowWarps; warp++)
        {
            Candidate other = {keys[set][warp], places[set][warp]};
            Take(other.IsBetterThan(last), other, last);
        }

        if (threadIdx.x == 0)
        {
            values[blockIdx.x * count + place] = P::Widen(source[last.index]);
            indices[blockIdx.x * count + place] = last.index;
        }
    }
}

#define TOPK(P, precision) \
    KERNEL THREADS(256) cudanet_topk_##precision(const P::Stored* __restrict__ source, u32 rows, u32 length, u32 count, float* __restrict__ values, u32* __restrict__ indices) \
    { TopKNaive<P>(source, rows, length, count, values, indices); } \
    KERNEL THREADS(256) cudanet_topk_##precision##_row(const P::Stored* __restrict__ source, u32 length, u32 count, float* __restrict__ values, u32* __restrict__ indices) \
    { TopKRow<P>(source, length, count, values, indices); }

TOPK(F32, f32)
TOPK(F16, f16)
TOPK(BF16, bf16)
