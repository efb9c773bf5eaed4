using System.Numerics;
using System.Runtime.InteropServices;
using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Cublas;

/// <summary>D = act(α·A·B + β·C + bias), for each matrix of a batch. A is M×K, B K×N, C and D M×N; C and D may be the same memory.</summary>
internal sealed class GemmOperation(
    string name, GemmArithmetic arithmetic, MatrixOperand a, MatrixOperand b, MatrixOperand c, MatrixOperand d, int batch, Scalar alpha, Scalar beta, GemmEpilogue? epilogue = null)
    : BlasOperation(name)
{
    public override object? Code => (Name, arithmetic, a.Type, d.Type, epilogue?.Activation);

    public override IReadOnlyList<MemoryUse> Uses
    {
        get
        {
            List<MemoryUse> uses = [a.Use(MemoryAccess.Read, batch), b.Use(MemoryAccess.Read, batch), d.Use(MemoryAccess.Write, batch)];
            if (beta.Address != 0 || beta.Value != 0)
            {
                uses.Add(c.Use(MemoryAccess.Read, batch));
            }

            if (epilogue is { Bias: not 0 })
            {
                uses.Add(new MemoryUse(epilogue.Bias, (ulong)(d.Rows * Elements.SizeOf(epilogue.BiasType)), MemoryAccess.Read));
            }

            return uses;
        }
    }

    public override void Execute(OperationContext context)
    {
        if (arithmetic.InDouble)
        {
            Run<double>(context);
        }
        else
        {
            Run<float>(context);
        }
    }

    private void Run<T>(OperationContext context)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T scale = T.CreateTruncating(alpha.Read(context, Name));
        T keep = T.CreateTruncating(beta.Read(context, Name));
        using ScratchArray<T> product = new(d.Rows * d.Columns);
        for (int matrix = 0; matrix < batch; matrix++)
        {
            product.Span.Clear();
            if (scale != T.Zero && a.Columns > 0)
            {
                Multiply(context, At(context, a, matrix), At(context, b, matrix), product.Span);
            }

            Store(context, matrix, product.Span, scale, keep);
        }
    }

    /// <summary>The transposed product, (N, M): its rows are the columns of a column-major result.</summary>
    private void Multiply<T>(OperationContext context, MatrixOperand left, MatrixOperand right, Span<T> product)
        where T : unmanaged
    {
        using ScratchArray<T> columns = new(left.Rows * left.Columns);
        using ScratchArray<T> rows = new(right.Rows * right.Columns);
        (int row, int depth) ofColumns = Load(context, left, columns.Span);
        (int depth, int column) ofRows = Load(context, right, rows.Span);
        using PackedRows<T> packed = new(rows.Span, right.Columns, right.Rows, ofRows.column, ofRows.depth);
        StridedColumns<T> strided = new(columns.Array.AsMemory(0, columns.Length), left.Rows, left.Columns, ofColumns.row, ofColumns.depth);
        MatrixProduct.Multiply(packed, strided, arithmetic.Order, product);
    }

    /// <summary>Reads and rounds a matrix into dense values.</summary>
    /// <returns>The strides of its rows and columns there.</returns>
    private (int Row, int Column) Load<T>(OperationContext context, MatrixOperand matrix, Span<T> values)
        where T : unmanaged
    {
        int size = Elements.SizeOf(matrix.Type);
        ReadOnlySpan<byte> memory = Access(context, matrix.Address, matrix.Bytes, size, MemoryAccess.Read);
        bool byColumn = matrix.RowStride == 1;
        (int outer, int inner) = byColumn ? (matrix.Columns, matrix.Rows) : (matrix.Rows, matrix.Columns);
        (long outerStride, long innerStride) = byColumn ? (matrix.ColumnStride, 1) : (matrix.RowStride, matrix.ColumnStride);
        for (int i = 0; i < outer; i++)
        {
            Elements.Read(memory[(int)(i * outerStride * size)..], matrix.Type, (int)innerStride, values.Slice(i * inner, inner));
        }

        if (typeof(T) == typeof(float))
        {
            OperandRoundings.Apply(arithmetic.Rounding, MemoryMarshal.Cast<T, float>(values));
        }

        return byColumn ? (1, inner) : (inner, 1);
    }

    private void Store<T>(OperationContext context, int matrix, Span<T> product, T scale, T keep)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MatrixOperand result = At(context, d, matrix);
        MatrixOperand old = At(context, c, matrix);
        int size = Elements.SizeOf(result.Type);
        Span<byte> memory = Access(context, result.Address, result.Bytes, size, MemoryAccess.Write);
        ReadOnlySpan<byte> previous = keep == T.Zero ? default : Access(context, old.Address, old.Bytes, size, MemoryAccess.Read);
        T[] bias = LoadBias<T>(context, matrix);
        T[] kept = new T[result.Rows];
        for (int j = 0; j < result.Columns; j++)
        {
            Span<T> column = product.Slice(j * result.Rows, result.Rows);
            if (keep != T.Zero)
            {
                Elements.Read<T>(previous[(int)(j * old.ColumnStride * size)..], old.Type, (int)old.RowStride, kept);
            }

            for (int i = 0; i < column.Length; i++)
            {
                T value = scale * column[i];
                value = keep == T.Zero ? value : value + (keep * kept[i]);
                column[i] = epilogue is null ? value : T.CreateTruncating(epilogue.Activate(double.CreateTruncating(bias.Length == 0 ? value : value + bias[i])));
            }

            Elements.Write<T>(column, result.Type, (int)result.RowStride, memory[(int)(j * result.ColumnStride * size)..]);
        }
    }

    private T[] LoadBias<T>(OperationContext context, int matrix)
        where T : unmanaged
    {
        if (epilogue is null or { Bias: 0 })
        {
            return [];
        }

        int size = Elements.SizeOf(epilogue.BiasType);
        T[] bias = new T[d.Rows];
        ulong address = epilogue.Bias + (ulong)(matrix * epilogue.BiasStride * size);
        Elements.Read<T>(Access(context, address, (ulong)(d.Rows * size), size, MemoryAccess.Read), epilogue.BiasType, 1, bias);
        return bias;
    }

    /// <summary>One matrix of the batch.</summary>
    private MatrixOperand At(OperationContext context, MatrixOperand operand, int matrix)
    {
        if (!operand.IsPointerArray)
        {
            return operand with { Address = operand.Address + (ulong)(matrix * operand.BatchStride * Elements.SizeOf(operand.Type)) };
        }

        ulong slot = operand.Address + ((ulong)matrix * 8);
        return operand with { Address = MemoryMarshal.Read<ulong>(Access(context, slot, 8, 8, MemoryAccess.Read)), IsPointerArray = false };
    }
}
