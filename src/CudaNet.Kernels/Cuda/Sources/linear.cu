// y[n, o] = bias[o] + the sum over i of x[n, i] * w[o, i]; the bias may be absent. The destination is fp32 or the storage precision. The order of
// a sum depends on the number of inputs only, neither on the batch nor on the other images.
#include "common.cuh"

template <class P> DEVICE void StoreOutput(float value, u32 index, bool wide, void* destination)
{
    if (wide)
    {
        ((float*)destination)[index] = value;
    }
    else
    {
        ((typename P::Stored*)destination)[index] = P::Narrow(value);
    }
}

// Any shape and alignment: a thread an output. The grid is blocks of outputs, images.
template <class P>
DEVICE void LinearNaive(const typename P::Stored* __restrict__ source, const typename P::Stored* __restrict__ weight, const float* __restrict__ bias,
    u32 inputs, u32 outputs, u32 wide, void* destination)
{
    u32 output = blockIdx.x * blockDim.x + threadIdx.x;
    if (output >= outputs)
    {
        return;
    }

    ChunkedSum sum;
    for (u32 i = 0; i < inputs; i++)
    {
        sum.Add(P::Widen(source[blockIdx.y * inputs + i]), P::Widen(weight[output * inputs + i]));
    }

    StoreOutput<P>(sum.Value() + (bias != nullptr ? bias[output] : 0.0f), blockIdx.y * outputs + output, wide != 0, destination);
}

constexpr u32 RowsPerWarp = 2;
constexpr u32 ImagesPerWarp = 8;

// A warp for two rows of weights and up to eight images, 16 bytes a lane: the weights are read once for eight images. Lane l adds its pieces
// l, l + 32, ... in order, then the lanes are added in a butterfly. Needs alignment and inputs of whole pieces.
template <class P, int V = P::Lanes>
DEVICE void LinearWarp(const typename P::Stored* __restrict__ source, const typename P::Stored* __restrict__ weight, const float* __restrict__ bias,
    u32 batch, u32 inputs, u32 outputs, u32 wide, void* destination)
{
    u32 lane = threadIdx.x, row = (blockIdx.x * blockDim.y + threadIdx.y) * RowsPerWarp, image = blockIdx.y * ImagesPerWarp;
    if (row >= outputs)
    {
        return;
    }

    // A warp whose second row is past the end computes the last row twice and stores it once.
    u32 second = row + 1 < outputs ? row + 1 : row;
    float sums[RowsPerWarp][ImagesPerWarp] = {};
    for (u32 i = lane * V; i < inputs; i += WarpSize * V)
    {
        float weights[RowsPerWarp][V];
        Load<P, V>(weight + row * inputs + i, weights[0]);
        Load<P, V>(weight + second * inputs + i, weights[1]);
#pragma unroll
        for (u32 j = 0; j < ImagesPerWarp; j++)
        {
            if (image + j < batch)
            {
                float values[V];
                Load<P, V>(source + (image + j) * inputs + i, values);
#pragma unroll
                for (int k = 0; k < V; k++)
                {
                    sums[0][j] = Fma(values[k], weights[0][k], sums[0][j]);
                    sums[1][j] = Fma(values[k], weights[1][k], sums[1][j]);
                }
            }
        }
    }

    // Lane 8 r + j stores the sum of row r and image j.
    float mine = 0.0f;
#pragma unroll
    for (u32 j = 0; j < ImagesPerWarp; j++)
    {
        if (image + j < batch)
        {
#pragma unroll
            for (u32 r = 0; r < RowsPerWarp; r++)
            {
                float sum = sums[r][j];
#pragma unroll
                for (u32 apart = WarpSize / 2; apart > 0; apart /= 2)
                {
                    sum = sum + ShuffleXor(sum, apart);
                }

                mine = lane == r * ImagesPerWarp + j ? sum : mine;
            }
        }
    }

    u32 output = row + lane / ImagesPerWarp;
    image += lane % ImagesPerWarp;
    if (lane < RowsPerWarp * ImagesPerWarp && output < outputs && image < batch)
    {
        StoreOutput<P>(mine + (bias != nullptr ? bias[output] : 0.0f), image * outputs + output, wide != 0, destination);
    }
}

#define LINEAR(P, precision) \
    KERNEL THREADS(256) cudanet_linear_##precision(const P::Stored* __restrict__ source, const P::Stored* __restrict__ weight, const float* __restrict__ bias, \
        u32 inputs, u32 outputs, u32 wide, void* __restrict__ destination) \
    { LinearNaive<P>(source, weight, bias, inputs, outputs, wide, destination); } \
    KERNEL THREADS(128) cudanet_linear_##precision##_warp(const P::Stored* __restrict__ source, const P::Stored* __restrict__ weight, const float* __restrict__ bias, \
        u32 batch, u32 inputs, u32 outputs, u32 wide, void* __restrict__ destination) \
    { LinearWarp<P>(source, weight, bias, batch, inputs, outputs, wide, destination); }

LINEAR(F32, f32)
LINEAR(F16, f16)
LINEAR(BF16, bf16)
