namespace CudaNet.Kernels.Cpu;

/// <summary>Two rows of a filter's transform G that belong to points ±p: <c>Even0·g0 + Even2·g2 ± Odd·g1</c>, the sum first.</summary>
internal readonly record struct FilterPair(float Even0, float Even2, float Odd);
