namespace CudaNet.Kernels.Cpu;

/// <summary>The points of a tile that none of its outputs depends on.</summary>
[Flags]
internal enum SparedPoints
{
    /// <summary>All are needed.</summary>
    None = 0,

    /// <summary>The tile has a row of outputs less.</summary>
    LastRow = 1,

    /// <summary>The tile has a column of outputs less.</summary>
    LastColumn = 2,

    /// <summary>The tile has both less.</summary>
    Both = LastRow | LastColumn,
}
