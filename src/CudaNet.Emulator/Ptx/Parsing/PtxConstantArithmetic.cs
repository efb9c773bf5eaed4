namespace CudaNet.Emulator.Ptx;

/// <summary>The operators of constant expressions on 64-bit integers; wrong sizes wrap.</summary>
internal static class PtxConstantArithmetic
{
    /// <summary>One operator. <paramref name="unsigned"/>: one of the operands is, and the result then; <paramref name="leftUnsigned"/>: the left one is, which decides a shift's kind.</summary>
    public static PtxConstant Apply(string operation, long left, long right, bool unsigned, bool leftUnsigned)
    {
        int order = unsigned ? ((ulong)left).CompareTo((ulong)right) : left.CompareTo(right);
        return operation switch
        {
            "||" => PtxConstant.Of(left != 0 || right != 0),
            "&&" => PtxConstant.Of(left != 0 && right != 0),
            "==" => PtxConstant.Of(order == 0),
            "!=" => PtxConstant.Of(order != 0),
            "<" => PtxConstant.Of(order < 0),
            ">" => PtxConstant.Of(order > 0),
            "<=" => PtxConstant.Of(order <= 0),
            ">=" => PtxConstant.Of(order >= 0),
            "<<" => new PtxConstant((ulong)right > 63 ? 0 : left << (int)right, leftUnsigned),
            ">>" => new PtxConstant(ShiftRight(left, right, leftUnsigned), leftUnsigned),
            _ => new PtxConstant(Compute(operation, left, right, unsigned), unsigned),
        };
    }

    private static long ShiftRight(long left, long right, bool unsigned)
    {
        int count = (int)Math.Min((ulong)right, 63);
        return unsigned ? (ulong)right > 63 ? 0 : (long)((ulong)left >> count) : left >> count;
    }

    private static long Compute(string operation, long left, long right, bool unsigned) => unchecked(operation switch
    {
        "|" => left | right,
        "^" => left ^ right,
        "&" => left & right,
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" => unsigned ? (long)((ulong)left / (ulong)right) : right == -1 ? -left : left / right,
        _ => unsigned ? (long)((ulong)left % (ulong)right) : right == -1 ? 0 : left % right,
    });
}
