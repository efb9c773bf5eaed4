#include "planted.h"

// Reverses each block of 64 by way of a tile that starts as zeros. Mutant: no barrier between writing and reading the tile.
KERNEL reverse(const float* x, float* y, int n)
{
    SHARED float tile[64];
    int i = global_index();
    tile[threadIdx.x] = 0;
    __syncthreads();
    tile[threadIdx.x] = i < n ? x[i] : 0; // tile write
#if !MUTANT
    __syncthreads();
#endif
    if (i < n) {
        y[i] = tile[63 - threadIdx.x]; // tile read
    }
}

// Sums of 64 by a tree in shared memory. Mutant: no barrier between the levels.
KERNEL sums(const float* x, float* y, int n)
{
    SHARED float part[64];
    int i = global_index();
    part[threadIdx.x] = i < n ? x[i] : 0;
    __syncthreads();
    for (int half = 32; half > 0; half /= 2) {
        if (threadIdx.x < half) {
            part[threadIdx.x] += part[threadIdx.x + half]; // level
        }
#if !MUTANT
        __syncthreads();
#endif
    }
    if (threadIdx.x == 0) {
        y[blockIdx.x] = part[0];
    }
}

// A tile with a border of zeros on both sides: y[i] = x[i - 1] + x[i + 1] within the block. Mutant: nobody writes the border.
KERNEL neighbours(const float* x, float* y, int n)
{
    SHARED float tile[66];
    int i = global_index();
    int t = threadIdx.x;
    tile[t + 1] = i < n ? x[i] : 0;
    if (!MUTANT && t < 2) {
        tile[t * 65] = 0;
    }
    __syncthreads();
    if (i < n) {
        y[i] = tile[t] + tile[t + 2]; // border read
    }
}

// Reads behind the tile. Mutant: the tile is one row too short for its readers.
KERNEL transpose(const float* x, float* y, int n)
{
    SHARED float tile[8 * 9];
    int column = threadIdx.x % 8, row = threadIdx.x / 8;
    tile[row * 9 + column] = threadIdx.x < n ? x[threadIdx.x] : 0;
    __syncthreads();
    if (threadIdx.x < n) {
        y[threadIdx.x] = tile[(column + MUTANT) * 9 + row]; // behind the tile
    }
}

// A vector read of the tile. Mutant: from an odd element.
KERNEL quads(const float* x, float* y, int n)
{
    SHARED __attribute__((aligned(16))) float tile[260];
    for (int k = threadIdx.x; k < 260; k += 64) {
        tile[k] = k < n ? x[k] : 0;
    }
    __syncthreads();
    float4 v = *(const float4*)(tile + 4 * threadIdx.x + MUTANT); // misaligned tile read
    y[threadIdx.x] = v.x + v.y + v.z + v.w;
}

// The lower half of each warp adds the upper half, which copies. Mutant: the first barrier stands inside the branch.
KERNEL halves(const float* x, float* y, int n)
{
    SHARED float tile[64];
    int t = threadIdx.x;
    tile[t] = t < n ? x[t] : 0;
#if !MUTANT
    __syncthreads();
#endif
    float sum = 0;
    if (t % 32 < 16) {
#if MUTANT
        __syncthreads(); // barrier in a branch
#endif
        sum = tile[t] + tile[t + 16];
    }
    __syncthreads(); // barrier of all
    y[t] = t % 32 < 16 ? sum : tile[t];
}

// Each thread reads what its partner wrote, zero past the end. Mutant: the threads past the end return before the barrier of the others.
KERNEL early_exit(const float* x, float* y, int n)
{
    SHARED float tile[64];
    int i = global_index();
    if (MUTANT && i >= n) {
        return;
    }
    tile[threadIdx.x] = i < n ? x[i] : 0;
    __syncthreads(); // barrier after exits
    if (i < n) {
        y[i] = tile[threadIdx.x ^ 1]; // what an exited thread owed
    }
}

// A barrier that says how many threads it waits for. Mutant: the second warp has left before.
KERNEL counted_barrier(const float* x, float* y, int n)
{
    SHARED float tile[64];
    int t = threadIdx.x;
    if (MUTANT && t >= 32) {
        return;
    }
    tile[t] = x[t];
    asm volatile("bar.sync 1, 64;" ::: "memory"); // barrier for 64
    y[t] = tile[t ^ 1];
}

// Dynamic shared memory as large as the block. The launch says how much there is.
KERNEL rotate(const float* x, float* y, int n)
{
    extern SHARED float room[];
    int t = threadIdx.x;
    room[t] = t < n ? x[t] : 0;
    __syncthreads();
    if (t < n) {
        y[t] = room[(t + 1) % n]; // dynamic read
    }
}

// Adds up the tiles of a row of 64 columns, each thread the one of its neighbour. Mutant: the next tile is written while others still read this one.
KERNEL tile_loop(const float* x, float* y, int n)
{
    SHARED float tile[64];
    int t = threadIdx.x;
    float sum = 0;
    for (int start = 0; start < n; start += 64) {
        tile[t] = x[start + t]; // next tile
        __syncthreads();
        sum += tile[63 - t]; // this tile
#if !MUTANT
        __syncthreads();
#endif
    }
    y[t] = sum;
}

// Waves: in each of them all threads of the block meet. Mutant: the second warp does one wave more.
KERNEL waves(const float* x, float* y, int n)
{
    SHARED float total[64];
    int t = threadIdx.x;
    total[t] = 0;
    int count = n + MUTANT * (t / 32);
    for (int wave = 0; wave < count; wave++) {
        __syncthreads(); // barrier of a wave
        total[t] += x[t];
    }
    __syncthreads(); // barrier behind the waves
    y[t] = total[63 - t];
}
