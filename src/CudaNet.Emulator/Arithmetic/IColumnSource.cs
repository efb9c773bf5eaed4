namespace CudaNet.Emulator.Arithmetic;

/// <summary>The right operand of a product, packed a few columns at a time.</summary>
internal interface IColumnSource<T>
    where T : unmanaged
{
    int Columns { get; }

    /// <summary>Writes [depth][width] with the columns from <paramref name="first"/>; columns past the last are zero.</summary>
    void Pack(int first, int width, Span<T> panel);
}
