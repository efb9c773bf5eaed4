#include "planted.h"

// Each block writes its own sum. Mutant: all blocks write the first element.
KERNEL block_results(const float* x, float* y, int n)
{
    int i = global_index();
    if (threadIdx.x == 0) {
        y[MUTANT ? 0 : blockIdx.x] = i < n ? x[i] : 0; // all blocks write
    }
}

// The blocks count into one element. Mutant: with a plain addition.
KERNEL count(const float* x, float* y, int n)
{
    int i = global_index();
    if (i < n && x[i] > 0) {
#if MUTANT
        *y = *y + 1; // plain addition
#else
        __nvvm_atom_add_gen_f(y, 1);
#endif
    }
}

// Passes values on inside the block by way of global memory. Mutant: no barrier between.
KERNEL pass_on(const float* x, float* y, int n)
{
    int t = threadIdx.x;
    if (t < n) {
        y[t] = 3 * x[t]; // global write
    }
#if !MUTANT
    __syncthreads();
#endif
    float next = t < n ? y[(t + 1) % n] : 0; // global read
    __syncthreads();
    if (t < n) {
        y[t] = next;
    }
}

// The second block reads what the first one writes: never right inside one launch. The correct one reads the input.
KERNEL across_blocks(const float* x, float* y, int n)
{
    int i = global_index();
    const float* from = MUTANT ? y : x;
    if (i < n) {
        float before = i >= 32 ? from[i - 32] : 0; // other block's element
        y[i] = x[i] + before; // own element
    }
}

// All threads count into the first element, and each block writes its number. Mutant: a block looks at the count, which others still change.
KERNEL look_at_count(const float* x, float* y, int n)
{
    __nvvm_atom_add_gen_f(y, 1); // atomic addition
    __syncthreads();
    if (threadIdx.x == 0) {
        float seen = MUTANT ? *y : 0; // plain read
        y[1 + blockIdx.x] = blockIdx.x + 0 * seen;
    }
}
