#include "common.h"
typedef _Float16 half2v __attribute__((ext_vector_type(2)));
typedef _Float16 half8 __attribute__((ext_vector_type(8)));
static __device__ __attribute__((noinline)) float logistic(float x) { return 1.0f / (1.0f + __nvvm_ex2_approx_f(-x * 1.4426950408889634f)); }
extern "C" __global__ void scale_add(const half8* __restrict__ a, const half8* __restrict__ b, half8* out, _Float16 scale, long n)
{
    long i = (long)blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    half8 x = a[i], y = b[i];
    out[i] = __builtin_elementwise_max(x * scale + y, (half8)(_Float16)0);
}
extern "C" __global__ void pointwise(const _Float16* in, float* out, int kind, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float x = (float)in[i], y;
    float table[4] = { x, x * x, -x, 1.0f };
    switch (kind) {
        case 0: y = logistic(x); break;
        case 1: y = __builtin_sqrtf(__builtin_fabsf(x)); break;
        case 2: y = __nvvm_rsqrt_approx_f(x); break;
        case 3: y = __builtin_copysignf(x, table[i & 3]); break;
        case 4: y = __builtin_fminf(x, 6.0f) + __builtin_truncf(x); break;
        default: y = table[kind & 3] + (float)(double)(x * 3.0); break;
    }
    out[i] = y;
}
