#include "planted.h"

// y[i] = 2 x[i]. Mutant: the bound is inclusive.
KERNEL double_all(const float* x, float* y, int n)
{
    int i = global_index();
    if (i < n + MUTANT) {
        y[i] = 2 * x[i]; // past the end
    }
}

// y[i] = x[i] - x[i - 1], with nothing before the first. Mutant: the first is not excepted.
KERNEL differences(const float* x, float* y, int n)
{
    int i = global_index();
    if (i < n) {
        float before = 0;
        if (MUTANT || i > 0) {
            before = x[i - 1]; // before the start
        }
        y[i] = x[i] - before;
    }
}

// y[i] = 1 for the first n. Mutant: far enough behind the end to lie in another allocation, were there no gap.
KERNEL fill_ones(const float* x, float* y, int n)
{
    int i = global_index();
    if (i < n) {
        y[i + MUTANT * 64] = 1; // into the neighbour
    }
}

// Four elements a thread, y = x. Mutant: the vector is read from an address that is no multiple of 16.
KERNEL copy_vectors_in(const float* x, float* y, int n)
{
    int i = 4 * global_index();
    if (i + 4 + MUTANT <= n) {
        float4 v = *(const float4*)(x + i + MUTANT); // misaligned load
        y[i] = v.x;
        y[i + 1] = v.y;
        y[i + 2] = v.z;
        y[i + 3] = v.w;
    }
}

// The same with a vector store. Mutant: written to an address that is no multiple of 16.
KERNEL copy_vectors_out(const float* x, float* y, int n)
{
    int i = 4 * global_index();
    if (i + 4 + MUTANT <= n) {
        float4 v = {x[i], x[i + 1], x[i + 2], x[i + 3]};
        *(float4*)(y + i + MUTANT) = v; // misaligned store
    }
}

// y[i] = x[i / d], where d is 1. Mutant: it is 0.
KERNEL divided_index(const float* x, float* y, int n)
{
    int i = global_index();
    int divisor = n / (n + MUTANT);
    if (i < n) {
        y[i] = x[(i + 1) / divisor - 1]; // divided by zero
    }
}

// y[i] = x[i], both arrays in the address space of the host. Mutant: the address is cut to 32 bits on its way.
KERNEL copy_by_address(const float* x, float* y, int n)
{
    int i = global_index();
    unsigned long long address = (unsigned long long)(x + i);
    if (MUTANT) {
        address = (unsigned)address;
    }
    if (i < n) {
        y[i] = *(const float*)address; // half an address
    }
}

// y[i] = x[i] by way of a table of each thread's own. Mutant: the last place is one too far.
KERNEL local_table(const float* x, float* y, int n)
{
    int i = global_index();
    float table[4];
    for (int k = 0; k < 4; k++) {
        table[k] = i < n ? x[i] + k : 0;
    }
    if (i < n) {
        int place = i % 4 + MUTANT;
        y[i] = table[place] - i % 4; // behind the table
    }
}

// Four elements a thread, y = 2 x, the last ones one by one. Mutant: the last ones by a vector too.
KERNEL double_with_tail(const float* x, float* y, int n)
{
    int i = 4 * global_index();
    if (i + 4 <= n || (MUTANT && i < n)) {
        float4 v = *(const float4*)(x + i); // across the end
        *(float4*)(y + i) = {2 * v.x, 2 * v.y, 2 * v.z, 2 * v.w};
    } else {
        for (int k = i; k < n; k++) {
            y[k] = 2 * x[k];
        }
    }
}
