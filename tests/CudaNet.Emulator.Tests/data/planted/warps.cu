#include "planted.h"

// Sum over the warp by shuffles. Mutant: half of the warp has left, and the mask still names it.
KERNEL warp_sum(const float* x, float* y, int n)
{
    int t = threadIdx.x;
    if (MUTANT && t >= 16) {
        return;
    }
    int value = t < n ? (int)x[t] : 0;
    for (int step = 16; step > 0; step /= 2) {
        value += __nvvm_shfl_sync_bfly_i32(FULL_MASK, value, step, 31); // shuffle without the absent
    }
    if (t == 0) {
        y[0] = value;
    }
}

// The lower half takes from the upper half. Mutant: inside a branch that the upper half does not take, and the mask says so.
KERNEL take_upper(const float* x, float* y, int n)
{
    int t = threadIdx.x;
    int value = (int)x[t];
#if MUTANT
    if (t < 16) {
        y[t] = __nvvm_shfl_sync_idx_i32(0xffffu, value, t + 16, 31); // from an inactive lane
    }
#else
    int upper = __nvvm_shfl_sync_idx_i32(FULL_MASK, value, t + 16, 31);
    if (t < 16) {
        y[t] = upper;
    }
#endif
}

// Counts the positive values of a warp. Mutant: some callers are not in the mask that they give.
KERNEL votes(const float* x, float* y, int n)
{
    int t = threadIdx.x;
    unsigned mask = MUTANT ? 0x0fffffffu : FULL_MASK;
    unsigned positive = __nvvm_vote_ballot_sync(mask, x[t] > 0); // ballot
    if (t == 0) {
        y[0] = __builtin_popcount(positive);
    }
}

// Lanes exchange within the warp by shared memory. Mutant: without a barrier of the warp, as if lanes ran in step.
KERNEL warp_exchange(const float* x, float* y, int n)
{
    SHARED float tile[32];
    int t = threadIdx.x;
    tile[t] = x[t]; // lane write
#if !MUTANT
    __nvvm_bar_warp_sync(FULL_MASK);
#endif
    y[t] = tile[31 - t]; // lane read
}
