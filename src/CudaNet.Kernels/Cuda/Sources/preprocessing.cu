// Image normalisation: u8 HWC to NHWC in the storage precision, channels padded with zeros.
//     y[p, c] = (x[p, c] / 255 - mean[c]) / std[c], and 0 for the padded channels
// The host gives scale = 1 / (255 std) and shift = -mean / std as sums of two floats each; the value is computed with about 45 bits and
// rounded once to fp32, as the host's preprocessing does in double. Pixels of all images lie one after the other, so geometry plays no part.
#include "common.cuh"

// A number as a float and what is left of it as another.
struct Exact { float value, rest; };

struct Normalization { Exact scale[3], shift[3]; };

DEVICE float Normalize(u8 pixel, Exact scale, Exact shift)
{
    float x = (float)pixel;
    float product = x * scale.value;
    float productRest = Fma(x, scale.value, -product);
    // The sum of product and shift in two parts, exactly.
    float sum = product + shift.value;
    float shifted = sum - product;
    float sumRest = (product - (sum - shifted)) + (shift.value - shifted);
    float rest = Fma(x, scale.rest, shift.rest) + productRest;
    return sum + (sumRest + rest);
}

// Any channel count up to 3, any pitch, any alignment: a thread a pixel.
template <class P>
DEVICE void NormalizeNaive(const u8* __restrict__ source, const Normalization& by, u32 pixels, u32 channels, u32 pitch, typename P::Stored* __restrict__ destination)
{
    u32 pixel = blockIdx.x * blockDim.x + threadIdx.x;
    if (pixel >= pixels)
    {
        return;
    }

    source += (unsigned long)pixel * channels;
    destination += (unsigned long)pixel * pitch;
#pragma unroll
    for (u32 c = 0; c < 3; c++)
    {
        if (c < channels)
        {
            destination[c] = P::Narrow(Normalize(source[c], by.scale[c], by.shift[c]));
        }
    }

    for (u32 c = channels; c < pitch; c++)
    {
        destination[c] = P::Narrow(0.0f);
    }
}

constexpr u32 PixelsPerBlock = 1024;

// C channels padded to 4 or 8. The block's bytes go through shared memory in pieces of 16; then a thread writes 16 bytes (8 where a padded
// pixel has no more), neighbouring threads neighbouring pieces. Needs 16-byte alignment.
template <class P, u32 C, u32 Pitch>
DEVICE void NormalizePadded(const u8* __restrict__ source, const Normalization& by, u32 pixels, typename P::Stored* __restrict__ destination)
{
    __shared__ __attribute__((aligned(16))) u8 bytes[PixelsPerBlock * C];
    u32 first = blockIdx.x * PixelsPerBlock;
    u32 count = pixels - first < PixelsPerBlock ? pixels - first : PixelsPerBlock;
    source += (unsigned long)first * C;
    for (u32 i = threadIdx.x * 16; i < count * C; i += blockDim.x * 16)
    {
        if (i + 16 <= count * C)
        {
            *(u32x4*)(bytes + i) = *(const u32x4*)(source + i);
        }
        else
        {
            for (u32 k = i; k < count * C; k++)
            {
                bytes[k] = source[k];
            }
        }
    }

    __syncthreads();
    constexpr u32 Channels = P::Lanes < Pitch ? P::Lanes : Pitch;     // of a piece
    constexpr u32 Pieces = Pitch / Channels;                          // of a pixel
    destination += (unsigned long)first * Pitch;
    for (u32 i = threadIdx.x; i < count * Pieces; i += blockDim.x)
    {
        u32 pixel = i / Pieces;
        float values[Channels] = {};
        if (i % Pieces == 0)
        {
#pragma unroll
            for (u32 c = 0; c < C; c++)
            {
                values[c] = Normalize(bytes[pixel * C + c], by.scale[c], by.shift[c]);
            }
        }

        if constexpr (Channels == P::Lanes)
        {
            Store<P, P::Lanes>(values, destination + i * Channels);
        }
        else
        {
            u32x2 words = {PackPair<P>(values[0], values[1]), PackPair<P>(values[2], values[3])};
            *(u32x2*)(destination + i * Channels) = words;
        }
    }
}

#define STATISTICS Exact scale0, Exact shift0, Exact scale1, Exact shift1, Exact scale2, Exact shift2

#define PADDED(P, precision, c, pitch) \
    KERNEL THREADS(256) cudanet_normalize_##precision##_c##c##p##pitch(const u8* __restrict__ source, STATISTICS, u32 pixels, P::Stored* __restrict__ destination) \
    { NormalizePadded<P, c, pitch>(source, Normalization{{scale0, scale1, scale2}, {shift0, shift1, shift2}}, pixels, destination); }

#define NORMALIZE(P, precision) \
    KERNEL THREADS(256) cudanet_normalize_##precision(const u8* __restrict__ source, STATISTICS, u32 pixels, u32 channels, u32 pitch, P::Stored* __restrict__ destination) \
    { NormalizeNaive<P>(source, Normalization{{scale0, scale1, scale2}, {shift0, shift1, shift2}}, pixels, channels, pitch, destination); } \
    PADDED(P, precision, 1, 4) PADDED(P, precision, 1, 8) PADDED(P, precision, 3, 4) PADDED(P, precision, 3, 8)

NORMALIZE(F32, f32)
NORMALIZE(F16, f16)
NORMALIZE(BF16, bf16)
