// NCHW fp32 to NHWC in the storage precision, and back. NHWC pixels have `pitch` channels, of which the first `channels` count: on the way to NHWC
// the others become zero, on the way back they are dropped. Last, pixels that are NHWC already. blockIdx.z, or .y where the grid has two dimensions, is the image.
// Each kernel is one template for both directions: the tile in shared memory is filled from one side and emptied to the other.
#include "common.cuh"

// What each direction does with an element of the tile and one outside.
template <bool ToTile> DEVICE void Exchange(float& staged, float& outside)
{
    if constexpr (ToTile)
    {
        staged = outside;
    }
    else
    {
        outside = staged;
    }
}

// Both sides of one image; `planes` is the NCHW side.
template <class P> struct Image
{
    float* planes;
    typename P::Stored* pixels;
    u32 plane, channels, pitch;

    DEVICE Image(const float* nchw, const typename P::Stored* nhwc, u32 image, u32 plane, u32 channels, u32 pitch)
        : planes((float*)nchw + (unsigned long)image * channels * plane), pixels((typename P::Stored*)nhwc + (unsigned long)image * plane * pitch),
          plane(plane), channels(channels), pitch(pitch)
    {
    }
};

// Any shape and alignment: a thread a pixel's channel.
template <class P, bool ToNhwc> DEVICE void MoveNaive(const Image<P>& image)
{
    u32 pixel = blockIdx.x * blockDim.y + threadIdx.y;
    if (pixel >= image.plane)
    {
        return;
    }

    for (u32 c = threadIdx.x; c < (ToNhwc ? image.pitch : image.channels); c += blockDim.x)
    {
        if constexpr (ToNhwc)
        {
            image.pixels[pixel * image.pitch + c] = P::Narrow(c < image.channels ? image.planes[c * image.plane + pixel] : 0.0f);
        }
        else
        {
            image.planes[c * image.plane + pixel] = P::Widen(image.pixels[pixel * image.pitch + c]);
        }
    }
}

constexpr u32 ThinPixels = 256;
constexpr u32 ThinChannels = 8;

// A pitch of at most 8: a tile of 256 pixels, whose NHWC side is one contiguous run. `skew` spreads a pixel's channels over the banks: with an odd
// pitch it is the pitch's inverse modulo 32, with a power of two 32 / pitch, and neighbouring elements lie in distinct banks.
template <class P, bool ToNhwc> DEVICE void MoveThin(const Image<P>& image, u32 skew)
{
    __shared__ float tile[ThinChannels * (ThinPixels + WarpSize)];
    u32 stride = ThinPixels + skew;
    u32 first = blockIdx.x * ThinPixels;
    u32 count = image.plane - first < ThinPixels ? image.plane - first : ThinPixels;
    u32 reciprocal = 65536 / image.pitch + 1;
    if constexpr (!ToNhwc)
    {
        for (u32 e = threadIdx.x; e < count * image.pitch; e += ThinPixels)
        {
            u32 pixel = (e * reciprocal) >> 16;
            tile[(e - pixel * image.pitch) * stride + pixel] = P::Widen(image.pixels[first * image.pitch + e]);
        }

        __syncthreads();
    }

    if (threadIdx.x < count)
    {
        for (u32 c = 0; c < image.channels; c++)
        {
            Exchange<ToNhwc>(tile[c * stride + threadIdx.x], image.planes[c * image.plane + first + threadIdx.x]);
        }
    }

    if constexpr (ToNhwc)
    {
        __syncthreads();
        for (u32 e = threadIdx.x; e < count * image.pitch; e += ThinPixels)
        {
            u32 pixel = (e * reciprocal) >> 16;
            u32 c = e - pixel * image.pitch;
            image.pixels[first * image.pitch + e] = P::Narrow(c < image.channels ? tile[c * stride + pixel] : 0.0f);
        }
    }
}

constexpr u32 TileSide = 32;
constexpr u32 TileStride = TileSide + 1;

// Any shape: a tile of 32 channels and 32 pixels, element by element on both sides. The block is 32 by 8.
template <class P, bool ToNhwc> DEVICE void MoveTile(const Image<P>& image)
{
    __shared__ float tile[TileSide * TileStride];
    u32 pixels = blockIdx.x * TileSide, channels = blockIdx.y * TileSide;
    for (u32 row = threadIdx.y; row < TileSide; row += blockDim.y)
    {
        if constexpr (ToNhwc)
        {
            u32 c = channels + row, pixel = pixels + threadIdx.x;
            tile[row * TileStride + threadIdx.x] = c < image.channels && pixel < image.plane ? image.planes[c * image.plane + pixel] : 0.0f;
        }
        else
        {
            u32 c = channels + threadIdx.x, pixel = pixels + row;
            tile[threadIdx.x * TileStride + row] = c < image.channels && pixel < image.plane ? P::Widen(image.pixels[pixel * image.pitch + c]) : 0.0f;
        }
    }

    __syncthreads();
    for (u32 row = threadIdx.y; row < TileSide; row += blockDim.y)
    {
        if constexpr (ToNhwc)
        {
            u32 c = channels + threadIdx.x, pixel = pixels + row;
            if (c < image.pitch && pixel < image.plane)
            {
                image.pixels[pixel * image.pitch + c] = P::Narrow(tile[threadIdx.x * TileStride + row]);
            }
        }
        else
        {
            u32 c = channels + row, pixel = pixels + threadIdx.x;
            if (c < image.channels && pixel < image.plane)
            {
                image.planes[c * image.plane + pixel] = tile[row * TileStride + threadIdx.x];
            }
        }
    }
}

// The NHWC side of a staged tile, 16 bytes a thread: `count` pixels from `first` on, 32 channels from `channel` on. The stride is odd.
template <class P, bool ToNhwc> DEVICE void MovePieces(const Image<P>& image, float* tile, u32 stride, u32 first, u32 count, u32 channel)
{
    constexpr u32 V = P::Lanes, Pieces = TileSide / V;
    for (u32 i = threadIdx.x; i < count * Pieces; i += blockDim.x)
    {
        u32 pixel = i / Pieces, c = i % Pieces * V;
        if (channel + c < image.pitch)
        {
            typename P::Stored* piece = image.pixels + ((first + pixel) * image.pitch + channel + c);
            float values[V];
            if constexpr (!ToNhwc)
            {
                Load<P, V>(piece, values);
            }

#pragma unroll
            for (u32 k = 0; k < V; k++)
            {
                Exchange<!ToNhwc>(tile[(c + k) * stride + pixel], values[k]);
            }

            if constexpr (ToNhwc)
            {
                Store<P, V>(values, piece);
            }
        }
    }
}

// As MoveTile with 16 bytes a thread on both sides: planes of a multiple of 4 pixels, a pitch of whole pieces, all aligned. 256 threads.
template <class P, bool ToNhwc> DEVICE void MoveTile128(const Image<P>& image)
{
    __shared__ float tile[TileSide * TileStride];
    u32 first = blockIdx.x * TileSide, channel = blockIdx.y * TileSide;
    u32 count = image.plane - first < TileSide ? image.plane - first : TileSide;
    u32 row = threadIdx.x / 8, pixel = threadIdx.x % 8 * 4;
    bool inside = channel + row < image.channels && pixel < count;
    float* staged = tile + (row * TileStride + pixel);
    f32x4* planar = (f32x4*)(image.planes + ((channel + row) * image.plane + first + pixel));
    if constexpr (ToNhwc)
    {
        f32x4 values = {};
        if (inside)
        {
            values = *planar;
        }

#pragma unroll
        for (int k = 0; k < 4; k++)
        {
            staged[k] = values[k];
        }
    }
    else
    {
        MovePieces<P, false>(image, tile, TileStride, first, count, channel);
    }

    __syncthreads();
    if constexpr (ToNhwc)
    {
        MovePieces<P, true>(image, tile, TileStride, first, count, channel);
    }
    else if (inside)
    {
        *planar = f32x4{staged[0], staged[1], staged[2], staged[3]};
    }
}

// 32 channels of a whole small plane, for planes whose rows do not begin at sectors: with an odd number of pixels the channels are one contiguous
// run; else each warp walks channels from the sector in which they begin. The tile's stride is the next odd number.
template <class P, bool ToNhwc> DEVICE void MovePlane(const Image<P>& image)
{
    extern __shared__ float tile[];
    u32 stride = image.plane | 1, channel = blockIdx.x * TileSide;
    if constexpr (!ToNhwc)
    {
        MovePieces<P, false>(image, tile, stride, 0, image.plane, channel);
        __syncthreads();
    }

    u32 rows = channel >= image.channels ? 0 : image.channels - channel < TileSide ? image.channels - channel : TileSide;
    float* planar = image.planes + channel * image.plane;
    if (stride == image.plane)
    {
        for (u32 i = threadIdx.x; i < rows * image.plane; i += blockDim.x)
        {
            Exchange<ToNhwc>(tile[i], planar[i]);
        }
    }
    else
    {
        for (u32 row = threadIdx.x / WarpSize; row < rows; row += blockDim.x / WarpSize)
        {
            float* from = planar + row * image.plane;
            int intoSector = (int)((unsigned long)from / sizeof(float) % 8);
            for (int i = (int)(threadIdx.x % WarpSize) - intoSector; i < (int)image.plane; i += WarpSize)
            {
                if (i >= 0)
                {
                    Exchange<ToNhwc>(tile[row * stride + (u32)i], from[i]);
                }
            }
        }
    }

    if constexpr (ToNhwc)
    {
        for (u32 i = rows * stride + threadIdx.x; i < TileSide * stride; i += blockDim.x)
        {
            tile[i] = 0.0f;
        }

        __syncthreads();
        MovePieces<P, true>(image, tile, stride, 0, image.plane, channel);
    }
}

#define MOVE(P, name, threads, image, move) \
    KERNEL THREADS(threads) cudanet_nchw_to_nhwc_##name(const float* __restrict__ source, u32 plane, u32 channels, u32 pitch, P::Stored* __restrict__ destination) \
    { move<P, true>(Image<P>(source, destination, image, plane, channels, pitch)); } \
    KERNEL THREADS(threads) cudanet_nhwc_to_nchw_##name(const P::Stored* __restrict__ source, u32 plane, u32 channels, u32 pitch, float* __restrict__ destination) \
    { move<P, false>(Image<P>(destination, source, image, plane, channels, pitch)); }

#define MOVE_THIN(P, name) \
    KERNEL THREADS(256) cudanet_nchw_to_nhwc_##name(const float* __restrict__ source, u32 plane, u32 channels, u32 pitch, u32 skew, P::Stored* __restrict__ destination) \
    { MoveThin<P, true>(Image<P>(source, destination, blockIdx.y, plane, channels, pitch), skew); } \
    KERNEL THREADS(256) cudanet_nhwc_to_nchw_##name(const P::Stored* __restrict__ source, u32 plane, u32 channels, u32 pitch, u32 skew, float* __restrict__ destination) \
    { MoveThin<P, false>(Image<P>(destination, source, blockIdx.y, plane, channels, pitch), skew); }

#define LAYOUT(P, precision) \
    MOVE(P, precision, 256, blockIdx.y, MoveNaive) \
    MOVE_THIN(P, precision##_thin) \
    MOVE(P, precision##_tile, 256, blockIdx.z, MoveTile) \
    MOVE(P, precision##_tile128, 256, blockIdx.z, MoveTile128) \
    MOVE(P, precision##_plane, 256, blockIdx.y, MovePlane)

LAYOUT(F32, f32)
LAYOUT(F16, f16)
LAYOUT(BF16, bf16)

// Pixels of `channels` in one precision to pixels of `pitch` in another, zeros behind the channels: a thread a value of the destination.
template <class From, class To> DEVICE void Repitch(const typename From::Stored* __restrict__ source, u32 values, u32 channels, u32 pitch, typename To::Stored* __restrict__ destination)
{
    u32 value = blockIdx.x * blockDim.x + threadIdx.x;
    if (value < values)
    {
        u32 pixel = value / pitch;
        u32 c = value % pitch;
        destination[value] = To::Narrow(c < channels ? From::Widen(source[pixel * channels + c]) : 0.0f);
    }
}

#define REPITCH(From, from, To, to) \
    KERNEL THREADS(256) cudanet_repitch_##from##_to_##to(const From::Stored* __restrict__ source, u32 values, u32 channels, u32 pitch, To::Stored* __restrict__ destination) \
    { Repitch<From, To>(source, values, channels, pitch, destination); }

#define REPITCH_TO(To, to) REPITCH(F32, f32, To, to) REPITCH(F16, f16, To, to) REPITCH(BF16, bf16, To, to)

REPITCH_TO(F32, f32)
REPITCH_TO(F16, f16)
REPITCH_TO(BF16, bf16)
