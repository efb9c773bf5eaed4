using System.Globalization;

namespace CudaNet.Engine;

/// <summary>A parameter, or a layer's output, with values that nothing can be computed from.</summary>
/// <param name="Name">The parameter's full name, or the layer's.</param>
/// <param name="Position">The first such value's index in each axis.</param>
/// <param name="Value">NaN or an infinity; a finite value is a variance below 0.</param>
/// <param name="Count">How many such values it has.</param>
public sealed record ValueFault(string Name, IReadOnlyList<int> Position, float Value, long Count)
{
    /// <summary>For a sentence: <c>'fc.weight' is NaN at [1,5], one of 3 such values</c>.</summary>
    public override string ToString()
    {
        string value = float.IsFinite(Value) ? string.Create(CultureInfo.InvariantCulture, $"{Value}, a variance below 0,")
            : float.IsNaN(Value) ? "NaN" : Value > 0 ? "+infinity" : "-infinity";
        string more = Count > 1 ? string.Create(CultureInfo.InvariantCulture, $", one of {Count} such values") : "";
        return $"{Printable.Quote(Name)} is {value} at [{string.Join(',', Position)}]{more}";
    }
}
