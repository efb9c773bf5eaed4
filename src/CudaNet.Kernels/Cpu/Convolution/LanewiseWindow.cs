namespace CudaNet.Kernels.Cpu;

/// <summary>How a window's values are walked, in elements: <paramref name="Terms"/> values of a column, <paramref name="Columns"/> of a row; the steps from one to the next.</summary>
internal readonly record struct LanewiseWindow(int Columns, int Terms, nint TermStep, nint ColumnStep, nint RowStep)
{
    /// <summary>The same values in the same order as one run of terms, where columns follow each other as terms do.</summary>
    public LanewiseWindow Merged =>
        Terms == 1 ? new(1, Columns, ColumnStep, Columns * ColumnStep, RowStep)
        : ColumnStep == Terms * TermStep ? new(1, Columns * Terms, TermStep, Columns * ColumnStep, RowStep)
        : this;
}
