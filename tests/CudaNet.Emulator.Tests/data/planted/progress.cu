#include "planted.h"

// Halves until the value is at most one. Mutant: the value does not change, and the loop does not end.
KERNEL halvings(const float* x, float* y, int n)
{
    int i = global_index();
    if (i < n) {
        volatile float value = x[i];
        float steps = 0;
        while (value > 1) { // loop
            value = value * (MUTANT ? 1.0f : 0.5f);
            steps += 1;
        }
        y[i] = steps;
    }
}

// Square roots of what must not be negative. Mutant: the check traps on all that is positive.
KERNEL checked_roots(const float* x, float* y, int n)
{
    int i = global_index();
    if (i < n) {
        if (MUTANT ? x[i] > 5 : x[i] < 0) {
            __builtin_trap(); // trap
        }
        y[i] = __builtin_sqrtf(x[i]);
    }
}

// Waits for the flag that the other warp sets. Mutant: nobody sets it.
KERNEL handshake(const float* x, float* y, int n)
{
    volatile float* flag = y + n;
    if (threadIdx.x == 0) {
        *flag = MUTANT ? 0 : 1; // flag
    }
    __syncthreads();
    while (*flag == 0) { // wait
    }
    __syncthreads();
    if (threadIdx.x < n) {
        y[threadIdx.x] = x[threadIdx.x] + *flag;
    }
}
