// What the planted kernels share. MUTANT is 0 for the correct kernels and 1 for those that carry their fault.
#pragma once
struct uint3 {
    unsigned x, y, z;
};
struct dim3 {
    unsigned x, y, z;
};
struct alignas(16) float4 {
    float x, y, z, w;
};
#include <__clang_cuda_builtin_vars.h>

#define KERNEL extern "C" __attribute__((global)) void
#define SHARED __attribute__((shared))
#define FULL_MASK 0xffffffffu

__attribute__((device)) inline int global_index()
{
    return blockIdx.x * blockDim.x + threadIdx.x;
}
