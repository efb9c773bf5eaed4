using Xunit;

namespace CudaNet.Emulator.Tests.Ptx.Execution;

/// <summary>Runs forms of instructions on many operands, compares every bit, and names all forms that differ.</summary>
internal sealed class FormTable
{
    private readonly List<string> _differences = [];
    private int _forms;

    /// <summary>One form: <paramref name="instruction"/> as <see cref="Interpreter.Evaluate"/> takes it.</summary>
    /// <param name="instruction">The text.</param>
    /// <param name="widths">Bits of the result and of each operand.</param>
    /// <param name="operands">A column for each operand.</param>
    /// <param name="expected">The result's bits from a tuple.</param>
    /// <param name="nan">A format of which any NaN is as good as another.</param>
    public void Add(string instruction, int[] widths, ulong[][] operands, Func<ulong[], ulong> expected, FloatFormat? nan = null)
    {
        _forms++;
        Assert.True(operands[0].Length >= 64);
        ulong[] actual;
        try
        {
            actual = Interpreter.Evaluate(instruction, widths, operands);
        }
        catch (Exception exception) when (exception is Emulator.Ptx.PtxParseException or Emulator.Device.DeviceFault)
        {
            _differences.Add($"{instruction} {exception.Message}");
            return;
        }

        int wrong = 0;
        string first = "";
        for (int at = 0; at < actual.Length; at++)
        {
            ulong[] tuple = [.. operands.Select(column => column[at])];
            ulong bits = expected(tuple);
            actual[at] = nan is not null && nan.Decode(actual[at]).IsNaN ? nan.NaN : actual[at];
            if (bits != actual[at] && wrong++ == 0)
            {
                first = $"({string.Join(", ", tuple.Select(value => $"0x{value:x}"))}) expected 0x{bits:x}, got 0x{actual[at]:x}";
            }
        }

        if (wrong > 0)
        {
            _differences.Add($"{instruction} {first}; {wrong} of {actual.Length} differ");
        }
    }

    public void Verify()
    {
        Assert.NotEqual(0, _forms);
        Assert.True(_differences.Count == 0, $"{_differences.Count} of {_forms} forms:\n{string.Join("\n", _differences)}");
    }
}
