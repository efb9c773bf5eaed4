namespace CudaNet.Weights;

/// <summary>A pickle's stack of values with its marks. Nothing below the last mark can be taken.</summary>
internal sealed class PickleStack
{
    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];

    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];

    public void Push(object? value) => _values.Add(value);

    public void Mark() => _marks.Add(_values.Count);

    public object? Top(ref PickleStream stream) => _values.Count > Floor ? _values[^1] : throw Empty(ref stream);

    public object? Pop(ref PickleStream stream)
    {
        object? value = Top(ref stream);
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    /// <summary>Takes the last <paramref name="count"/> values, in the order they were pushed.</summary>
    public object?[] Pop(int count, ref PickleStream stream)
    {
        if (_values.Count - Floor < count)
        {
            throw Empty(ref stream);
        }

        object?[] values = new object?[count];
        _values.CopyTo(_values.Count - count, values, 0, count);
        _values.RemoveRange(_values.Count - count, count);
        return values;
    }

    /// <summary>Takes every value above the last mark, and the mark.</summary>
    public object?[] PopToMark(ref PickleStream stream)
    {
        if (_marks.Count == 0)
        {
            throw stream.Error("it looks for a mark that was never set");
        }

        object?[] values = Pop(_values.Count - Floor, ref stream);
        _marks.RemoveAt(_marks.Count - 1);
        return values;
    }

    private static WeightFormatException Empty(ref PickleStream stream) => stream.Error("it takes a value from an empty stack");
}
