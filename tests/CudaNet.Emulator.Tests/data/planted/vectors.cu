#include "planted.h"

// z[i] = x[i] + y[i].
KERNEL add(const float* x, const float* y, float* z, int n)
{
    int i = global_index();
    if (i < n) {
        z[i] = x[i] + y[i];
    }
}

// y[i] = a x[i] + b.
KERNEL scale(const float* x, float* y, float a, float b, int n)
{
    int i = global_index();
    if (i < n) {
        y[i] = a * x[i] + b;
    }
}

// As scale, for blocks of at most 128 threads.
KERNEL __attribute__((launch_bounds(128))) scale_128(const float* x, float* y, float a, float b, int n)
{
    int i = global_index();
    if (i < n) {
        y[i] = a * x[i] + b;
    }
}
