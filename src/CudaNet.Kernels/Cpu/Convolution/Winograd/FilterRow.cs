namespace CudaNet.Kernels.Cpu;

/// <summary>Of some channels' filters for a panel of outputs one row, transformed, of three columns, which are not.</summary>
/// <param name="first">The first channel's first column, [outputs].</param>
/// <param name="column">Elements from column to column.</param>
/// <param name="term">Elements from channel to channel.</param>
/// <param name="block">Elements from the end of a block of channels to the next.</param>
/// <param name="blocks">Blocks of channels.</param>
/// <param name="terms">Channels of each.</param>
/// <param name="outputs">One or two vectors.</param>
internal readonly unsafe struct FilterRow(float* first, nint column, nint term, nint block, int blocks, int terms, int outputs)
{
    public float* First => first;

    public nint Column => column;

    public nint Term => term;

    public nint Block => block;

    public int Blocks => blocks;

    public int Terms => terms;

    public int Outputs => outputs;
}
