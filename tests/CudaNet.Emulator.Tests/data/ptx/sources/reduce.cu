#include "common.h"
extern "C" __global__ void sum_rows(const float* __restrict__ in, float* out, int columns)
{
    extern __shared__ float partial[];
    float sum = 0;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) sum += in[(u64)blockIdx.x * columns + c];
    for (int s = 16; s > 0; s >>= 1) sum += __nvvm_shfl_sync_bfly_f32(-1, sum, s, 31);
    if ((threadIdx.x & 31) == 0) partial[threadIdx.x >> 5] = sum;
    __syncthreads();
    if (threadIdx.x == 0) {
        float all = 0;
        for (u32 w = 0; w < blockDim.x / 32; w++) all += partial[w];
        out[blockIdx.x] = all / (float)columns;
    }
}
extern "C" __global__ void count_bits(const u32* in, u32* out, int n, u32 mask)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    u32 v = i < n ? in[i] : 0;
    u32 ballot = __nvvm_vote_ballot_sync(-1, v & mask);
    u32 bits = __builtin_popcount(ballot) + __builtin_clz(v | 1) + __builtin_bitreverse32(v) % 7 + (v >> 3) / 5;
    __nvvm_atom_add_gen_f((float*)out + 1, (float)bits);
    if (i < n) out[i + 2] = (u32)(((u64)v * 0x9E3779B9u) >> 32) ^ bits;
    __nvvm_membar_gl();
}
