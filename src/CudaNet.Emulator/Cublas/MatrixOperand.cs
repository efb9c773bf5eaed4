using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Cublas;

/// <summary>
/// A matrix in device memory as the product sees it (transposed already): element (row, column) of matrix b lies at
/// row·RowStride + column·ColumnStride + b·BatchStride from the address; a pointer array holds one address for each matrix instead.
/// </summary>
internal readonly record struct MatrixOperand(
    ElementType Type, ulong Address, int Rows, int Columns, long RowStride, long ColumnStride, long BatchStride = 0, bool IsPointerArray = false)
{
    /// <summary>Bytes from the first element of one matrix to its last.</summary>
    public ulong Bytes => Rows == 0 || Columns == 0 ? 0 : (ulong)((((Rows - 1) * RowStride) + ((Columns - 1) * ColumnStride) + 1) * Elements.SizeOf(Type));

    public MatrixOperand Transposed => this with { Rows = Columns, Columns = Rows, RowStride = ColumnStride, ColumnStride = RowStride };

    /// <summary>What it will touch, known beforehand only where the addresses are.</summary>
    public MemoryUse Use(MemoryAccess access, int batch) => IsPointerArray
        ? new MemoryUse(Address, (ulong)batch * 8, MemoryAccess.Read)
        : new MemoryUse(Address, Bytes + ((ulong)(batch - 1) * (ulong)(BatchStride * Elements.SizeOf(Type))), access);

    /// <summary>A column-major matrix as BLAS describes it.</summary>
    /// <param name="type">Of its elements.</param>
    /// <param name="address">Of the first.</param>
    /// <param name="rows">Rows after <paramref name="transpose"/>.</param>
    /// <param name="columns">Columns after <paramref name="transpose"/>.</param>
    /// <param name="leading">Elements from one stored column to the next.</param>
    /// <param name="transpose">Whether it is stored the other way round.</param>
    public static MatrixOperand ColumnMajor(ElementType type, ulong address, int rows, int columns, long leading, bool transpose) =>
        transpose ? new MatrixOperand(type, address, rows, columns, leading, 1) : new MatrixOperand(type, address, rows, columns, 1, leading);
}
