// What all kernels share: words, storage precisions, 128-bit pieces, warp shuffles. Self-contained: no CUDA header is needed.
//
// Every kernel is a function template over a storage policy (F32, F16, BF16) and is exported once for each under a name of the scheme
//     cudanet_<operation>_<precision>[_<layout>][_<variant>]
// where no variant is the naive kernel, which takes every shape and alignment. Arithmetic is fp32 everywhere. The compiler fuses nothing
// (-ffp-contract=off); a fused multiply-add is written as Fma.
#pragma once

#define __device__ __attribute__((device))
#define __global__ __attribute__((global))
#define __shared__ __attribute__((shared))
#define THREADS(n) __attribute__((launch_bounds(n)))
#define DEVICE __device__ __attribute__((always_inline)) inline
#define KERNEL extern "C" __global__ void

struct uint3 { unsigned x, y, z; };
struct dim3 { unsigned x, y, z; };
#include <__clang_cuda_builtin_vars.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef u32 u32x2 __attribute__((ext_vector_type(2)));
typedef u32 u32x4 __attribute__((ext_vector_type(4)));
typedef float f32x2 __attribute__((ext_vector_type(2)));
typedef float f32x4 __attribute__((ext_vector_type(4)));

constexpr u32 WarpSize = 32;
constexpr u32 AllLanes = 0xFFFFFFFF;

DEVICE u32 BitsOf(float value) { return __builtin_bit_cast(u32, value); }
DEVICE float FromBits(u32 bits) { return __builtin_bit_cast(float, bits); }
DEVICE float Fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
DEVICE float Infinity() { return FromBits(0x7F800000); }
DEVICE bool IsNaN(float value) { return value != value; }

// The larger; NaN where one is NaN, and +0 of two zeros.
DEVICE float Largest(float a, float b)
{
#if __CUDA_ARCH__ >= 800
    return __nvvm_fmax_nan_f(a, b);
#else
    return __builtin_isunordered(a, b) ? a + b : __builtin_fmaxf(a, b);
#endif
}

// max(x, 0): NaN stays NaN, -0 becomes +0.
DEVICE float Relu(float x) { return x <= 0.0f ? 0.0f : x; }

DEVICE float ShuffleXor(float value, u32 lanes) { return __nvvm_shfl_sync_bfly_f32(AllLanes, value, lanes, 31); }
DEVICE u32 ShuffleXor(u32 value, u32 lanes) { return (u32)__nvvm_shfl_sync_bfly_i32(AllLanes, (int)value, lanes, 31); }

// The thread's number in a block of two dimensions, as warps are made of it.
DEVICE u32 ThreadInBlock() { return threadIdx.y * blockDim.x + threadIdx.x; }

// Storage policies: the stored type, how many of it make 16 bytes, and both conversions (to storage: nearest even, NaN stays NaN).
struct F32
{
    typedef float Stored;
    static constexpr int Lanes = 4;
    static DEVICE float Widen(Stored value) { return value; }
    static DEVICE Stored Narrow(float value) { return value; }
};

struct F16
{
    typedef _Float16 Stored;
    static constexpr int Lanes = 8;
    static DEVICE float Widen(Stored value) { return (float)value; }
    static DEVICE Stored Narrow(float value) { return (_Float16)value; }
};

// Before sm_80 there is no conversion instruction, and integers do it.
struct BF16
{
    typedef u16 Stored;
    static constexpr int Lanes = 8;
    static DEVICE float Widen(Stored value) { return FromBits((u32)value << 16); }
    static DEVICE Stored Narrow(float value)
    {
#if __CUDA_ARCH__ >= 800
        return __builtin_bit_cast(u16, __nvvm_f2bf16_rn(value));
#else
        u32 bits = BitsOf(value);
        u32 rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
        return (Stored)(IsNaN(value) ? (bits >> 16) | 0x40 : rounded);
#endif
    }
};

template <class P> DEVICE u32 BitsOfStored(float value)
{
    if constexpr (P::Lanes == 4)
    {
        return BitsOf(value);
    }
    else
    {
        return __builtin_bit_cast(u16, P::Narrow(value));
    }
}

// Two 16-bit values in a word, the first in the low half.
template <class P> DEVICE u32 PackPair(float low, float high) { return BitsOfStored<P>(low) | (BitsOfStored<P>(high) << 16); }

// V consecutive values: V is P::Lanes (16 bytes, aligned) or 1.
template <class P, int V> DEVICE void Load(const typename P::Stored* from, float (&values)[V])
{
    if constexpr (V == 1)
    {
        values[0] = P::Widen(*from);
    }
    else
    {
        u32x4 words = *(const u32x4*)from;
#pragma unroll
        for (int i = 0; i < 4; i++)
        {
            if constexpr (V == 4)
            {
                values[i] = FromBits(words[i]);
            }
            else
            {
                values[2 * i] = P::Widen(__builtin_bit_cast(typename P::Stored, (u16)words[i]));
                values[2 * i + 1] = P::Widen(__builtin_bit_cast(typename P::Stored, (u16)(words[i] >> 16)));
            }
        }
    }
}

template <class P, int V> DEVICE void Store(const float (&values)[V], typename P::Stored* to)
{
    if constexpr (V == 1)
    {
        *to = P::Narrow(values[0]);
    }
    else
    {
        u32x4 words;
#pragma unroll
        for (int i = 0; i < 4; i++)
        {
            if constexpr (V == 4)
            {
                words[i] = BitsOf(values[i]);
            }
            else
            {
                words[i] = PackPair<P>(values[2 * i], values[2 * i + 1]);
            }
        }

        *(u32x4*)to = words;
    }
}

// Per-channel constants of a block that covers up to 32 pieces of V channels, through shared memory: read from global memory in whole sectors,
// and from shared memory without bank conflicts, although neighbouring threads need constants 4 V bytes apart. All threads must come here.
template <int V> struct ChannelConstants
{
    static constexpr u32 Stride = WarpSize + WarpSize / V;

    float values[V * Stride];

    DEVICE void Fill(const float* __restrict__ from, u32 firstChannel, u32 channels)
    {
        u32 count = blockDim.x * V;
        for (u32 c = ThreadInBlock(); c < count; c += blockDim.x * blockDim.y)
        {
            if (firstChannel + c < channels)
            {
                values[(c % V) * Stride + c / V] = from[firstChannel + c];
            }
        }
    }

    DEVICE void Read(u32 piece, float (&to)[V]) const
    {
#pragma unroll
        for (int i = 0; i < V; i++)
        {
            to[i] = values[i * Stride + piece];
        }
    }
};

// A sum of many terms by one thread: partial sums of 32 terms, added in order, so that rounding grows slowly.
struct ChunkedSum
{
    float total = 0.0f, part = 0.0f;
    u32 count = 0;

    DEVICE void Add(float a, float b)
    {
        part = Fma(a, b, part);
        if (++count == 32)
        {
            total = total + part;
            part = 0.0f;
            count = 0;
        }
    }

    DEVICE float Value() const { return total + part; }
};
