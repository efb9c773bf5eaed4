using System.Globalization;

namespace CudaNet.Emulator.Ptx;

/// <summary>Reads constant expressions, as <c>(3+4)*2</c>, <c>-1</c>, <c>0f3F800000</c>.</summary>
internal sealed class PtxConstantParser(PtxReader reader)
{
    private const int DeepestNesting = 64;

    private const int SumPrecedence = 9;
    private int _depth;

    /// <summary>The current token can start a constant.</summary>
    public bool IsAtConstant => reader.Current.Kind is PtxTokenKind.Integer or PtxTokenKind.Float || IsAtSign || reader.IsSymbol("(") || IsAtWarpSize;

    private bool IsAtSign => reader.IsSymbol("-") || reader.IsSymbol("+") || reader.IsSymbol("~") || reader.IsSymbol("!");

    private bool IsAtWarpSize => reader.Is(PtxTokenKind.Word) && reader.Text.SequenceEqual("WARP_SZ");

    public PtxConstant Parse()
    {
        _depth = 0;
        return Nested();
    }

    /// <summary>An expression that ends before a sum, as behind a sign in an address.</summary>
    public PtxConstant ParseProduct()
    {
        _depth = 0;
        return Binary(SumPrecedence + 1);
    }

    /// <summary>An integer in a range, for counts and sizes.</summary>
    public long ParseInteger(string what, long least, long most) => Ranged(what, least, most, Parse);

    /// <summary>An integer in a range that a <c>&gt;</c> ends.</summary>
    public long ParseCount(string what, long least, long most) => Ranged(what, least, most, ParseProduct);

    private long Ranged(string what, long least, long most, Func<PtxConstant> parse)
    {
        PtxToken start = reader.Current;
        if (!IsAtConstant)
        {
            throw reader.Expected(what);
        }

        PtxConstant value = parse();
        return value.IsFloat ? throw PtxReader.Error(start, $"{what} must be an integer")
            : value.Integer < least || value.Integer > most || (value.IsUnsigned && value.Integer < 0) ? throw PtxReader.Error(start, $"{what} must be from {least} to {most}")
            : value.Integer;
    }

    private PtxConstant Nested()
    {
        PtxConstant value = Binary(1);
        return reader.IsSymbol("?") ? Choice(value) : value;
    }

    private PtxConstant Choice(PtxConstant condition)
    {
        Enter();
        reader.ExpectSymbol("?");
        PtxConstant yes = Nested();
        reader.ExpectSymbol(":");
        PtxConstant no = Nested();
        _depth--;
        return condition.IsZero ? no : yes;
    }

    private PtxConstant Binary(int leastPrecedence)
    {
        PtxConstant left = Unary();
        while (Precedence() is > 0 and int precedence && precedence >= leastPrecedence)
        {
            PtxToken at = reader.Take();
            left = Apply(at, reader.TextOf(at).ToString(), left, Binary(precedence + 1));
        }

        return left;
    }

    private int Precedence() => reader.Current.Kind != PtxTokenKind.Symbol ? 0 : reader.Text switch
    {
        "||" => 1,
        "&&" => 2,
        "|" => 3,
        "^" => 4,
        "&" => 5,
        "==" or "!=" => 6,
        "<=" or ">=" or "<" or ">" => 7,
        "<<" or ">>" => 8,
        "+" or "-" => SumPrecedence,
        "*" or "/" or "%" => SumPrecedence + 1,
        _ => 0,
    };

    private static PtxConstant Apply(PtxToken at, string operation, PtxConstant left, PtxConstant right)
    {
        if (left.IsFloat || right.IsFloat)
        {
            throw PtxReader.Error(at, "only integers can be computed with in a constant expression");
        }

        bool unsigned = left.IsUnsigned || right.IsUnsigned;
        if (operation is "/" or "%" && right.Integer == 0)
        {
            throw PtxReader.Error(at, "division by zero in a constant expression");
        }

        return PtxConstantArithmetic.Apply(operation, left.Integer, right.Integer, unsigned, left.IsUnsigned);
    }

    private PtxConstant Unary()
    {
        if (!IsAtSign)
        {
            return Primary();
        }

        Enter();
        PtxToken sign = reader.Take();
        PtxConstant value = Unary();
        _depth--;
        return reader.TextOf(sign)[0] switch
        {
            '-' when value.SingleBits is { } bits => PtxConstant.Of(-value.Float) with { SingleBits = bits ^ 0x8000_0000u },
            '-' when value.IsFloat => PtxConstant.Of(-value.Float),
            '-' => value with { Integer = unchecked(-value.Integer) },
            '+' => value,
            _ when value.IsFloat => throw PtxReader.Error(sign, $"'{reader.Shown(sign)}' needs an integer"),
            '~' => value with { Integer = ~value.Integer },
            _ => PtxConstant.Of(value.Integer == 0),
        };
    }

    private PtxConstant Primary()
    {
        if (reader.IsSymbol("("))
        {
            return Parenthesised();
        }

        if (IsAtWarpSize)
        {
            reader.Take();
            return new PtxConstant(32, false);
        }

        return reader.Current.Kind switch
        {
            PtxTokenKind.Integer => Integer(reader.Take()),
            PtxTokenKind.Float => Float(reader.Take()),
            _ => throw reader.Expected("a constant"),
        };
    }

    private PtxConstant Parenthesised()
    {
        Enter();
        reader.Take();
        bool toSigned = reader.TakeDot(".s64");
        bool isCast = toSigned || reader.TakeDot(".u64");
        PtxConstant value = isCast ? default : Nested();
        reader.ExpectSymbol(")");
        value = isCast ? Unary() with { IsUnsigned = !toSigned } : value;
        _depth--;
        return value;
    }

    private void Enter()
    {
        if (++_depth > DeepestNesting)
        {
            throw PtxReader.Error(reader.Current, "constant expression nested too deeply");
        }
    }

    private PtxConstant Integer(PtxToken token)
    {
        ReadOnlySpan<char> digits = reader.TextOf(token);
        bool suffixed = digits[^1] is 'U' or 'u';
        digits = suffixed ? digits[..^1] : digits;
        uint radix = digits switch
        {
            ['0', 'x' or 'X', ..] => 16,
            ['0', 'b' or 'B', ..] => 2,
            ['0', _, ..] => 8,
            _ => 10u,
        };
        digits = radix switch { 16 or 2 => digits[2..], _ => digits };
        ulong value = 0;
        foreach (char c in digits)
        {
            uint digit = char.IsAsciiHexDigit(c) ? (uint)int.Parse([c], NumberStyles.HexNumber, CultureInfo.InvariantCulture) : radix;
            if (digit >= radix)
            {
                throw PtxReader.Error(token, $"'{reader.Shown(token)}' is no integer");
            }

            value = value > (ulong.MaxValue - digit) / radix ? throw PtxReader.Error(token, $"'{reader.Shown(token)}' needs more than 64 bits") : (value * radix) + digit;
        }

        return digits.IsEmpty ? throw PtxReader.Error(token, $"'{reader.Shown(token)}' is no integer") : new PtxConstant((long)value, suffixed || value > long.MaxValue);
    }

    private PtxConstant Float(PtxToken token)
    {
        ReadOnlySpan<char> text = reader.TextOf(token);
        if (text is ['0', 'f' or 'F', ..])
        {
            uint bits = uint.Parse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            return PtxConstant.Of(BitConverter.UInt32BitsToSingle(bits)) with { SingleBits = bits };
        }

        if (text is ['0', 'd' or 'D', ..])
        {
            return PtxConstant.Of(BitConverter.UInt64BitsToDouble(ulong.Parse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        }

        return double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double value)
            ? PtxConstant.Of(value)
            : throw PtxReader.Error(token, $"'{reader.Shown(token)}' is no number");
    }
}
