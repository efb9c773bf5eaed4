// What follows a convolution, on NHWC values: with x the raw value of channel c,
//     normalised = x * scale[c] + shift[c] (one fused multiply-add), sum = normalised + residual, activation = max(sum, 0)
// The residual may be a raw value too, of a shortcut's convolution: it gets scale and shift of its own first, by one fused multiply-add.
// A stage whose operand is absent passes its value on. Each stage is stored where it has a destination, in fp32 or in the storage precision;
// the next stage goes on from the fp32 value, so publishing a stage changes no other. A destination may be the source or the residual.
#include "common.cuh"

constexpr u32 WithRelu = 1;
constexpr u32 RawIsWide = 2;
constexpr u32 NormalizedIsWide = 4;
constexpr u32 SumIsWide = 8;
constexpr u32 ActivationIsWide = 16;

// 8 fp32 values a thread are 32 bytes: two neighbours exchange halves, so that each of the two stores fills whole sectors.
DEVICE void StoreWide(const float (&values)[8], bool valid, u32 offset, float* to)
{
    bool odd = ThreadInBlock() % 2 != 0;
    bool partnerValid = ShuffleXor((u32)valid, 1) != 0;
    f32x4 first, second;
#pragma unroll
    for (int i = 0; i < 4; i++)
    {
        float low = values[i], high = values[i + 4];
        float received = ShuffleXor(odd ? low : high, 1);
        first[i] = odd ? received : low;
        second[i] = odd ? high : received;
    }

    // From here on for the pair: its 16 values, of which this thread stores 4 of the first 8 and 4 of the last 8.
    float* mine = to + (odd ? (unsigned long)offset - 4 : (unsigned long)offset);
    if (odd ? partnerValid : valid)
    {
        *(f32x4*)mine = first;
    }

    if (odd ? valid : partnerValid)
    {
        *(f32x4*)(mine + 8) = second;
    }
}

template <class P, int V> DEVICE void Publish(const float (&values)[V], bool valid, u32 offset, bool wide, void* to)
{
    if (to == nullptr)
    {
        return;
    }

    if constexpr (V == 8)
    {
        if (wide)
        {
            StoreWide(values, valid, offset, (float*)to);
            return;
        }
    }

    if constexpr (V == 1)
    {
        if (wide && valid)
        {
            ((float*)to)[offset] = values[0];
            return;
        }
    }

    if (valid)
    {
        Store<P, V>(values, (typename P::Stored*)to + offset);
    }
}

// Scale and shift of V channels in registers; all zero where there are none.
template <int V> struct Affine
{
    float scales[V] = {}, shifts[V] = {};
};

template <int V> DEVICE Affine<V> ReadAffine(const float* __restrict__ scale, const float* __restrict__ shift, u32 channel, u32 channels)
{
    Affine<V> affine;
    if (scale == nullptr)
    {
        return affine;
    }

    if constexpr (V == 1)
    {
        affine.scales[0] = channel < channels ? scale[channel] : 0.0f;
        affine.shifts[0] = channel < channels ? shift[channel] : 0.0f;
    }
    else
    {
        // Used for the shortcut's constants too: nobody may fill it before all have read.
        __shared__ ChannelConstants<V> sharedScale, sharedShift;
        __syncthreads();
        sharedScale.Fill(scale, blockIdx.x * blockDim.x * V, channels);
        sharedShift.Fill(shift, blockIdx.x * blockDim.x * V, channels);
        __syncthreads();
        if (channel < channels)
        {
            sharedScale.Read(threadIdx.x, affine.scales);
            sharedShift.Read(threadIdx.x, affine.shifts);
        }
    }

    return affine;
}

template <int V> DEVICE void Apply(const Affine<V>& affine, float (&values)[V])
{
#pragma unroll
    for (int i = 0; i < V; i++)
    {
        values[i] = Fma(values[i], affine.scales[i], affine.shifts[i]);
    }
}

// A block covers blockDim.x pieces of V channels and blockDim.y pixels at a time. With V > 1 it has whole warps, all pointers are aligned to
// 16 bytes, V divides the channels, and blockDim.x is 32 or all pieces of a pixel.
template <class P, int V>
DEVICE void Epilogue(const typename P::Stored* source, const typename P::Stored* residual, const float* __restrict__ scale, const float* __restrict__ shift,
    const float* __restrict__ residualScale, const float* __restrict__ residualShift,
    u32 pixels, u32 channels, u32 flags, void* raw, void* normalized, void* sum, void* activation)
{
    u32 channel = (blockIdx.x * blockDim.x + threadIdx.x) * V;
    const Affine<V> own = ReadAffine<V>(scale, shift, channel, channels);
    const Affine<V> other = ReadAffine<V>(residualScale, residualShift, channel, channels);
    for (u32 first = blockIdx.y * blockDim.y; first < pixels; first += gridDim.y * blockDim.y)
    {
        u32 pixel = first + threadIdx.y;
        bool valid = pixel < pixels && channel < channels;
        u32 offset = pixel * channels + channel;
        float values[V] = {}, others[V] = {};
        if (valid)
        {
            Load<P, V>(source + offset, values);
            if (residual != nullptr)
            {
                Load<P, V>(residual + offset, others);
                if (residualScale != nullptr)
                {
                    Apply<V>(other, others);
                }
            }
        }

        Publish<P, V>(values, valid, offset, flags & RawIsWide, raw);
        if (scale != nullptr)
        {
            Apply<V>(own, values);
        }

        Publish<P, V>(values, valid, offset, flags & NormalizedIsWide, normalized);
        if (residual != nullptr)
        {
#pragma unroll
            for (int i = 0; i < V; i++)
            {
                values[i] = values[i] + others[i];
            }
        }

        Publish<P, V>(values, valid, offset, flags & SumIsWide, sum);
        if (flags & WithRelu)
        {
#pragma unroll
            for (int i = 0; i < V; i++)
            {
                values[i] = Relu(values[i]);
            }
        }

        Publish<P, V>(values, valid, offset, flags & ActivationIsWide, activation);
    }
}

#define EPILOGUE(P, name, v) \
    KERNEL THREADS(1024) cudanet_epilogue_##name(const P::Stored* source, const P::Stored* residual, const float* __restrict__ scale, const float* __restrict__ shift, \
        const float* __restrict__ residualScale, const float* __restrict__ residualShift, u32 pixels, u32 channels, u32 flags, void* raw, void* normalized, void* sum, void* activation) \
    { Epilogue<P, v>(source, residual, scale, shift, residualScale, residualShift, pixels, channels, flags, raw, normalized, sum, activation); }

EPILOGUE(F32, f32, 1)
EPILOGUE(F16, f16, 1)
EPILOGUE(BF16, bf16, 1)
EPILOGUE(F32, f32_v128, 4)
EPILOGUE(F16, f16_v128, 8)
EPILOGUE(BF16, bf16_v128, 8)
