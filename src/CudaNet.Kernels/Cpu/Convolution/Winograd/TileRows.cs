namespace CudaNet.Kernels.Cpu;

/// <summary>Tiles that are multiplied together, as rows of a matrix.</summary>
/// <param name="FirstRow">Rows of the block before it.</param>
/// <param name="Filled">How many tiles.</param>
/// <param name="Height">Rows of the kernel that multiplies them; the rows beyond <paramref name="Filled"/> are undefined.</param>
/// <param name="Spared">The points that none of them needs: their products are not computed.</param>
internal readonly record struct TileRows(int FirstRow, int Filled, int Height, SparedPoints Spared);
