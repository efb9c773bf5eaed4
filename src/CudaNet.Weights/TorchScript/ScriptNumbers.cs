namespace CudaNet.Weights;

/// <summary>TorchScript's functions of what is no tensor: numbers, flags and lists. Whatever is not known here has a value that is not known.</summary>
internal static class ScriptNumbers
{
    public static object? Apply(string name, ScriptArguments arguments) => (name, arguments.Positional) switch
    {
        ("torch.__not__", [bool flag]) => !flag,
        ("torch.__and__", [bool left, bool right]) => left && right,
        ("torch.__or__", [bool left, bool right]) => left || right,
        ("torch.__is__", [var left, var right]) when left is null || right is null => left is null && right is null,
        ("torch.__isnot__", [var left, var right]) when left is null || right is null => !(left is null && right is null),
        ("torch.eq", [var left, var right]) when IsPlain(left) && IsPlain(right) => Equals(left, right),
        ("torch.ne", [var left, var right]) when IsPlain(left) && IsPlain(right) => !Equals(left, right),
        ("torch.lt", [long or double, long or double]) => Compare(arguments, (left, right) => left < right),
        ("torch.le", [long or double, long or double]) => Compare(arguments, (left, right) => left <= right),
        ("torch.gt", [long or double, long or double]) => Compare(arguments, (left, right) => left > right),
        ("torch.ge", [long or double, long or double]) => Compare(arguments, (left, right) => left >= right),
        ("torch.add", [long left, long right]) => unchecked(left + right),
        ("torch.sub", [long left, long right]) => unchecked(left - right),
        ("torch.mul", [long left, long right]) => unchecked(left * right),
        ("torch.neg", [long number]) => unchecked(-number),
        ("torch.len", [object?[] items]) => (long)items.Length,
        ("int" or "ops.prim.NumToTensor" or "torch.Int" or "torch.IntImplicit", [long number]) => number,
        ("float" or "ops.prim.NumToTensor" or "torch.Float", [double number]) => number,
        ("float", [string text]) => text switch { "inf" => double.PositiveInfinity, "-inf" => double.NegativeInfinity, "nan" => double.NaN, _ => ScriptUnknown.Value },
        ("bool" or "torch.Bool", [bool flag]) => flag,
        _ => ScriptUnknown.Value,
    };

    private static bool Compare(ScriptArguments arguments, Func<double, double, bool> holds) => holds(Number(arguments.Positional[0]), Number(arguments.Positional[1]));

    private static double Number(object? value) => value is long whole ? whole : (double)value!;

    private static bool IsPlain(object? value) => value is long or double or bool or string;
}
