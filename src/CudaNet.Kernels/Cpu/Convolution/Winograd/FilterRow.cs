namespace CudaNet.Kernels.Cpu;

/// <summary>One row of some channels' filters, three vectors or pairs of vectors a channel: G is applied to their rows, and not to their columns yet.</summary>
internal readonly unsafe struct FilterRow
{
    private FilterRow(float* first, int blocks, int terms, int outputs, nint column, nint term, nint block)
    {
        First = first;
        (Blocks, Terms, Outputs) = (blocks, terms, outputs);
        (Column, Term, Block) = (column, term, block);
    }

    /// <summary>The first channel's first column.</summary>
    public float* First { get; }

    /// <summary>Blocks of channels.</summary>
    public int Blocks { get; }

    /// <summary>Channels of each.</summary>
    public int Terms { get; }

    /// <summary>Outputs of the panel: one or two vectors.</summary>
    public int Outputs { get; }

    /// <summary>Elements from column to column.</summary>
    public nint Column { get; }

    /// <summary>Elements from channel to channel.</summary>
    public nint Term { get; }

    /// <summary>Elements from the end of a block to the next.</summary>
    public nint Block { get; }

    /// <summary>The first or the last row, which are weights as they are: nine taps a block, each [term][outputs].</summary>
    /// <param name="taps">The row's first tap.</param>
    /// <param name="tap">Elements from tap to tap.</param>
    /// <param name="blocks">Blocks of channels.</param>
    /// <param name="terms">Channels of each.</param>
    /// <param name="outputs">Of the panel.</param>
    public static FilterRow OfWeights(float* taps, nint tap, int blocks, int terms, int outputs) => new(taps, blocks, terms, outputs, tap, outputs, (9 * tap) - (terms * (nint)outputs));

    /// <summary>A row that was stored, [block][term][3][outputs].</summary>
    /// <param name="row">Where.</param>
    /// <param name="blocks">Blocks of channels.</param>
    /// <param name="terms">Channels of each.</param>
    /// <param name="outputs">Of the panel.</param>
    public static FilterRow Stored(float* row, int blocks, int terms, int outputs) => new(row, blocks, terms, outputs, outputs, 3 * (nint)outputs, 0);
}
