// Max-pool, average pool and global average pool of NHWC values.
#include "common.cuh"

struct Window { u32 size, stride, top, left; };
struct PoolShape { u32 height, width, channels, outHeight, outWidth; };

// Where a window begins and ends inside an extent that has padding before and behind it, and how much of both together it covers. A window of ceil mode
// may reach beyond the padding, and covers nothing there.
struct Run { u32 first, end, covered; };

DEVICE Run RunOf(u32 position, u32 size, u32 stride, u32 before, u32 extent, u32 behind)
{
    u32 start = position * stride, last = start + size, padded = before + extent + behind;
    u32 end = last < padded ? last : padded, inside = end < before + extent ? end : before + extent;
    return Run{start > before ? start - before : 0, inside - before, end - start};
}

// y[n, oy, ox, c] = the largest x of the window's elements inside the image; NaN where one is NaN.
// Any window, shape and alignment: a thread an output. The grid is blocks of columns, rows, images.
template <class P>
DEVICE void MaxPoolNaive(const typename P::Stored* __restrict__ source, const PoolShape& shape, const Window& window, typename P::Stored* __restrict__ destination)
{
    u32 ox = blockIdx.x * blockDim.y + threadIdx.y, oy = blockIdx.y, image = blockIdx.z;
    if (ox >= shape.outWidth)
    {
        return;
    }

    Run rows = RunOf(oy, window.size, window.stride, window.top, shape.height, 0), columns = RunOf(ox, window.size, window.stride, window.left, shape.width, 0);
    for (u32 c = threadIdx.x; c < shape.channels; c += blockDim.x)
    {
        float largest = -Infinity();
        for (u32 y = rows.first; y < rows.end; y++)
        {
            for (u32 x = columns.first; x < columns.end; x++)
            {
                largest = Largest(largest, P::Widen(source[((image * shape.height + y) * shape.width + x) * shape.channels + c]));
            }
        }

        destination[((image * shape.outHeight + oy) * shape.outWidth + ox) * shape.channels + c] = P::Narrow(largest);
    }
}

// y[n, oy, ox, c] = the sum of the window's elements inside the image over their number, or over that of all it covers with the padding. Rows are summed in
// order, then their sums. Any window and shape; V channels a thread: 1, or a piece, which needs alignment and channels of whole pieces.
template <class P, int V>
DEVICE void AveragePool(
    const typename P::Stored* __restrict__ source, const PoolShape& shape, const Window& window, u32 bottom, u32 right, u32 countsPadding,
    typename P::Stored* __restrict__ destination)
{
    u32 ox = blockIdx.x * blockDim.y + threadIdx.y, oy = blockIdx.y, image = blockIdx.z;
    if (ox >= shape.outWidth)
    {
        return;
    }

    Run rows = RunOf(oy, window.size, window.stride, window.top, shape.height, bottom);
    Run columns = RunOf(ox, window.size, window.stride, window.left, shape.width, right);
    float elements = countsPadding ? (float)rows.covered * (float)columns.covered : (float)(rows.end - rows.first) * (float)(columns.end - columns.first);
    for (u32 c = threadIdx.x * V; c < shape.channels; c += blockDim.x * V)
    {
        float total[V] = {};
        for (u32 y = rows.first; y < rows.end; y++)
        {
            float sum[V] = {};
            for (u32 x = columns.first; x < columns.end; x++)
            {
                float values[V];
                Load<P, V>(source + (((image * shape.height + y) * shape.width + x) * shape.channels + c), values);
#pragma unroll
                for (int k = 0; k < V; k++)
                {
                    sum[k] = sum[k] + values[k];
                }
            }

#pragma unroll
            for (int k = 0; k < V; k++)
            {
                total[k] = total[k] + sum[k];
            }
        }

#pragma unroll
        for (int k = 0; k < V; k++)
        {
            total[k] = total[k] / elements;
        }

        Store<P, V>(total, destination + (((image * shape.outHeight + oy) * shape.outWidth + ox) * shape.channels + c));
    }
}

// The largest of up to three rows' elements in column x, for 16 bytes of channels.
template <class P, int V = P::Lanes>
DEVICE void LargestOfColumn(const typename P::Stored* __restrict__ from, const PoolShape& shape, u32 top, u32 x, float (&largest)[V])
{
#pragma unroll
    for (int k = 0; k < V; k++)
    {
        largest[k] = -Infinity();
    }

    if (x >= shape.width)
    {
        return;
    }

#pragma unroll
    for (u32 i = 0; i < 3; i++)
    {
        if (top + i < shape.height)
        {
            float values[V];
            Load<P, V>(from + ((top + i) * shape.width + x) * shape.channels, values);
#pragma unroll
            for (int k = 0; k < V; k++)
            {
                largest[k] = Largest(largest[k], values[k]);
            }
        }
    }
}

// Window 3, stride 2, padding 1 above and on the left; 16 bytes of channels and two neighbouring outputs a thread, which share a column. Needs alignment and channels of
// whole pieces. Coordinates left of or above the image wrap to large unsigned numbers and fail the bounds as those right of or below it do.
template <class P, int V = P::Lanes>
DEVICE void MaxPool3x3s2(const typename P::Stored* __restrict__ source, const PoolShape& shape, typename P::Stored* __restrict__ destination)
{
    u32 ox = (blockIdx.x * blockDim.y + threadIdx.y) * 2, oy = blockIdx.y, image = blockIdx.z;
    if (ox >= shape.outWidth)
    {
        return;
    }

    for (u32 c = threadIdx.x * V; c < shape.channels; c += blockDim.x * V)
    {
        const typename P::Stored* from = source + (image * shape.height * shape.width * shape.channels + c);
        typename P::Stored* to = destination + (((image * shape.outHeight + oy) * shape.outWidth + ox) * shape.channels + c);
        float left[V], column[V], shared[V];
        u32 top = oy * 2 - 1, x = ox * 2 - 1;
        LargestOfColumn<P>(from, shape, top, x, left);
        LargestOfColumn<P>(from, shape, top, x + 1, column);
        LargestOfColumn<P>(from, shape, top, x + 2, shared);
#pragma unroll
        for (int k = 0; k < V; k++)
        {
            left[k] = Largest(Largest(left[k], column[k]), shared[k]);
        }

        Store<P, V>(left, to);
        if (ox + 1 < shape.outWidth)
        {
            LargestOfColumn<P>(from, shape, top, x + 3, column);
            LargestOfColumn<P>(from, shape, top, x + 4, left);
#pragma unroll
            for (int k = 0; k < V; k++)
            {
                left[k] = Largest(Largest(shared[k], column[k]), left[k]);
            }

            Store<P, V>(left, to + shape.channels);
        }
    }
}

// y[n, c] = the mean of a plane. Any shape and alignment: a thread an output. The grid is blocks of channels, images.
template <class P>
DEVICE void GlobalPoolNaive(const typename P::Stored* __restrict__ source, u32 plane, u32 channels, typename P::Stored* __restrict__ destination)
{
    u32 c = blockIdx.x * blockDim.x + threadIdx.x;
    if (c >= channels)
    {
        return;
    }

    ChunkedSum sum;
    for (u32 pixel = 0; pixel < plane; pixel++)
    {
        sum.Add(P::Widen(source[(blockIdx.y * plane + pixel) * channels + c]), 1.0f);
    }

    destination[blockIdx.y * channels + c] = P::Narrow(sum.Value() / (float)plane);
}

constexpr u32 PoolPieces = 8;       // of a block: neighbouring threads, so that a warp reads runs of 128 bytes
constexpr u32 PoolRows = 32;        // threads that share a piece's pixels: 4 in a warp

// The same sum by a block of 8 by 32 threads for 8 pieces of 16 bytes. The order is fixed: thread r adds the pixels r, r + 32, ... in order; lanes
// 8 and then 16 apart are added; then the 8 warps' sums in order. Needs alignment and channels of whole pieces.
template <class P, int V = P::Lanes>
DEVICE void GlobalPool128(const typename P::Stored* __restrict__ source, u32 plane, u32 channels, typename P::Stored* __restrict__ destination)
{
    constexpr u32 Warps = PoolPieces * PoolRows / WarpSize, Channels = PoolPieces * V, PerLane = V / 4;
    __shared__ __attribute__((aligned(8))) float sums[Warps * Channels];
    u32 c = (blockIdx.x * PoolPieces + threadIdx.x) * V;
    float sum[V] = {};
    if (c < channels)
    {
        const typename P::Stored* from = source + (blockIdx.y * plane * channels + c);
        for (u32 pixel = threadIdx.y; pixel < plane; pixel += PoolRows)
        {
            float values[V];
            Load<P, V>(from + pixel * channels, values);
#pragma unroll
            for (int k = 0; k < V; k++)
            {
                sum[k] = sum[k] + values[k];
            }
        }
    }

#pragma unroll
    for (int k = 0; k < V; k++)
    {
        sum[k] = sum[k] + ShuffleXor(sum[k], 8);
        sum[k] = sum[k] + ShuffleXor(sum[k], 16);
    }

    // All four rows of the warp hold the sums now; each stores a quarter of the piece. Which one is turned by half for the last four pieces, so that
    // the 16 threads that store 8 bytes at a time meet all 32 banks.
    u32 quarter = (threadIdx.y + threadIdx.x / 4 * 2) % 4;
    float mine[PerLane];
#pragma unroll
    for (u32 k = 0; k < PerLane; k++)
    {
        mine[k] = quarter == 0 ? sum[k] : quarter == 1 ? sum[PerLane + k] : quarter == 2 ? sum[2 * PerLane + k] : sum[3 * PerLane + k];
    }

    float* to = sums + (threadIdx.y / 4 * Channels + threadIdx.x * V + quarter * PerLane);
    if constexpr (PerLane == 2)
    {
        *(f32x2*)to = f32x2{mine[0], mine[1]};
    }
    else
    {
        *to = mine[0];
    }

    __syncthreads();
    u32 thread = ThreadInBlock(), channel = blockIdx.x * Channels + thread;
    if (thread < Channels && channel < channels)
    {
        float total = sums[thread];
#pragma unroll
        for (u32 warp = 1; warp < Warps; warp++)
        {
            total = total + sums[warp * Channels + thread];
        }

        destination[blockIdx.y * channels + channel] = P::Narrow(total / (float)plane);
    }
}

#define SHAPE u32 height, u32 width, u32 channels, u32 outHeight, u32 outWidth
#define WINDOW u32 window, u32 stride, u32 top, u32 left
#define PADDED u32 bottom, u32 right, u32 countsPadding

#define POOLING(P, precision) \
    KERNEL THREADS(256) cudanet_maxpool_##precision##_nhwc(const P::Stored* __restrict__ source, SHAPE, WINDOW, P::Stored* __restrict__ destination) \
    { MaxPoolNaive<P>(source, PoolShape{height, width, channels, outHeight, outWidth}, Window{window, stride, top, left}, destination); } \
    KERNEL THREADS(256) cudanet_maxpool_##precision##_nhwc_3x3s2(const P::Stored* __restrict__ source, SHAPE, P::Stored* __restrict__ destination) \
    { MaxPool3x3s2<P>(source, PoolShape{height, width, channels, outHeight, outWidth}, destination); } \
    KERNEL THREADS(256) cudanet_averagepool_##precision##_nhwc(const P::Stored* __restrict__ source, SHAPE, WINDOW, PADDED, P::Stored* __restrict__ destination) \
    { AveragePool<P, 1>(source, PoolShape{height, width, channels, outHeight, outWidth}, Window{window, stride, top, left}, bottom, right, countsPadding, destination); } \
    KERNEL THREADS(256) cudanet_averagepool_##precision##_nhwc_v128(const P::Stored* __restrict__ source, SHAPE, WINDOW, PADDED, P::Stored* __restrict__ destination) \
    { AveragePool<P, P::Lanes>(source, PoolShape{height, width, channels, outHeight, outWidth}, Window{window, stride, top, left}, bottom, right, countsPadding, destination); } \
    KERNEL THREADS(256) cudanet_globalpool_##precision##_nhwc(const P::Stored* __restrict__ source, u32 plane, u32 channels, P::Stored* __restrict__ destination) \
    { GlobalPoolNaive<P>(source, plane, channels, destination); } \
    KERNEL THREADS(256) cudanet_globalpool_##precision##_nhwc_v128(const P::Stored* __restrict__ source, u32 plane, u32 channels, P::Stored* __restrict__ destination) \
    { GlobalPool128<P>(source, plane, channels, destination); }

POOLING(F32, f32)
POOLING(F16, f16)
POOLING(BF16, bf16)
