namespace CudaNet.Weights;

/// <summary>What messages call the values of a pickle.</summary>
internal static class PickleValues
{
    /// <summary>The tensor that a value is once the pickle has run, or what stands for one that is not understood; any other value itself.</summary>
    public static object? TensorOf(object? value) => value switch
    {
        TensorReference tensor => tensor.Current,
        NumpyArray array => array.Value,
        _ => value,
    };

    public static string Describe(object? value) => value switch
    {
        null => "None",
        string => "a string",
        bool or long or double or System.Numerics.BigInteger => "a number",
        object?[] => "a tuple",
        List<object?> => "a list",
        PickleDictionary => "a dictionary",
        TensorReference or MalformedTensor => "a tensor",
        NumpyArray => "a NumPy array",
        PickleBytes => "an object of builtins.bytes",
        NumpyType => "an object of numpy.dtype",
        StorageReference => "a storage",
        PickleGlobal global => $"{global}",
        PicklePlaceholder placeholder => $"an object of {placeholder.Global}",
        _ => "an object",
    };
}
