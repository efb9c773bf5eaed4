namespace CudaNet.Weights;

/// <summary>What messages call the values of a pickle.</summary>
internal static class PickleValues
{
    public static string Describe(object? value) => value switch
    {
        null => "None",
        string => "a string",
        bool or long or double or System.Numerics.BigInteger => "a number",
        object?[] => "a tuple",
        List<object?> => "a list",
        PickleDictionary => "a dictionary",
        TensorReference or MalformedTensor => "a tensor",
        StorageReference => "a storage",
        PickleGlobal global => $"{global}",
        PicklePlaceholder placeholder => $"an object of {placeholder.Global}",
        _ => "an object",
    };
}
