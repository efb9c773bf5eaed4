// y[p, c] = x[p, c] + bias[c] on NHWC values or on rows; y may be x.
#include "common.cuh"

// The block as in epilogue.cu.
template <class P, int V>
DEVICE void AddBias(const typename P::Stored* source, const float* __restrict__ bias, u32 pixels, u32 channels, typename P::Stored* destination)
{
    u32 channel = (blockIdx.x * blockDim.x + threadIdx.x) * V;
    float biases[V] = {};
    if constexpr (V == 1)
    {
        biases[0] = channel < channels ? bias[channel] : 0.0f;
    }
    else
    {
        __shared__ ChannelConstants<V> shared;
        shared.Fill(bias, blockIdx.x * blockDim.x * V, channels);
        __syncthreads();
        if (channel < channels)
        {
            shared.Read(threadIdx.x, biases);
        }
    }

    if (channel >= channels)
    {
        return;
    }

    for (u32 pixel = blockIdx.y * blockDim.y + threadIdx.y; pixel < pixels; pixel += gridDim.y * blockDim.y)
    {
        u32 offset = pixel * channels + channel;
        float values[V];
        Load<P, V>(source + offset, values);
#pragma unroll
        for (int i = 0; i < V; i++)
        {
            values[i] = values[i] + biases[i];
        }

        Store<P, V>(values, destination + offset);
    }
}

#define BIAS(P, name, v) \
    KERNEL THREADS(1024) cudanet_bias_##name(const P::Stored* source, const float* __restrict__ bias, u32 pixels, u32 channels, P::Stored* destination) \
    { AddBias<P, v>(source, bias, pixels, channels, destination); }

BIAS(F32, f32, 1)
BIAS(F16, f16, 1)
BIAS(BF16, bf16, 1)
BIAS(F32, f32_v128, 4)
BIAS(F16, f16_v128, 8)
BIAS(BF16, bf16_v128, 8)
