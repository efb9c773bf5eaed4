using System.Globalization;

namespace CudaNet.Weights;

/// <summary>
/// The calls that rebuild tensors (PyTorch's <c>torch/_utils.py</c>, <c>torch/_tensor.py</c>), each with all its arguments: a count or a kind
/// that is not in this table makes a <see cref="MalformedTensor"/>.
/// </summary>
internal static class RebuildCalls
{
    private static readonly RebuildArgument[] View = [RebuildArgument.Storage, RebuildArgument.Offset, RebuildArgument.Size, RebuildArgument.Stride];
    private static readonly RebuildArgument[] Flags = [RebuildArgument.RequiresGrad, RebuildArgument.BackwardHooks];

    private static readonly RebuildArgument[] OnDevice = [RebuildArgument.Data, RebuildArgument.Dtype, RebuildArgument.Device, RebuildArgument.RequiresGrad];

    private static readonly Dictionary<string, (RebuildArgument[] Arguments, Func<object?[], object> Make)> Table = new(StringComparer.Ordinal)
    {
        ["torch._utils._rebuild_tensor"] = (View, arguments => Tensor(arguments, null, null)),
        ["torch._utils._rebuild_tensor_v2"] = ([.. View, .. Flags, RebuildArgument.Metadata], arguments => Tensor(arguments, null, arguments.ElementAtOrDefault(6))),
        ["torch._utils._rebuild_tensor_v3"] = (
            [.. View, .. Flags, RebuildArgument.Dtype, RebuildArgument.Metadata],
            arguments => Tensor(arguments, WeightTypes.FromTorchType(((PickleGlobal)arguments[6]!).Name), arguments.ElementAtOrDefault(7))),
        ["torch._utils._rebuild_parameter"] = ([RebuildArgument.Data, .. Flags], arguments => Shared(arguments[0])),
        ["torch._utils._rebuild_parameter_with_state"] = ([RebuildArgument.Data, .. Flags, RebuildArgument.State], arguments => Shared(arguments[0])),
        ["torch._utils._rebuild_device_tensor_from_cpu_tensor"] = (OnDevice, arguments => Shared(arguments[0])),
        ["torch._utils._rebuild_device_tensor_from_numpy"] = (OnDevice, arguments => Shared(arguments[0])),
        ["torch._utils._rebuild_xla_tensor"] = (OnDevice, arguments => Shared(arguments[0])),
        ["torch.nn.parameter.Parameter"] = ([RebuildArgument.Data, RebuildArgument.RequiresGrad.Optional()], arguments => Shared(arguments[0])),
    };

    private static readonly RebuildArgument[] FromType = [new("func", "a function", v => v is PickleGlobal), RebuildArgument.Type, new("args", "a tuple", v => v is object?[]), RebuildArgument.State];

    /// <summary>What the call makes: a tensor, what stands for one, or null where it is no such call.</summary>
    public static object? Call(PickleGlobal global, object?[] arguments)
    {
        string name = global.ToString();
        if (name is "torch._tensor._rebuild_from_type_v2" or "torch._tensor._rebuild_from_type")
        {
            return Misfit(name, FromType, arguments) is { } misfit ? new MalformedTensor(misfit) : CallInner((PickleGlobal)arguments[0]!, (object?[])arguments[2]!);
        }

        if (!Table.TryGetValue(name, out (RebuildArgument[] Arguments, Func<object?[], object> Make) row))
        {
            return null;
        }

        // A parameter over an array is one over a tensor.
        arguments = [.. arguments.Select(a => a is NumpyArray array ? array.Value : a)];
        return Array.Find(arguments, a => a is MalformedTensor) ?? Stranger(row.Arguments, arguments)
            ?? (Misfit(name, row.Arguments, arguments) is { } reason ? new MalformedTensor(reason) : row.Make(arguments));
    }

    /// <summary>A subclass is the tensor that its own call makes; one level, as PyTorch writes it.</summary>
    private static object CallInner(PickleGlobal inner, object?[] arguments) =>
        inner.Module == "torch._tensor" ? new PicklePlaceholder(inner) : Call(inner, arguments) ?? new PicklePlaceholder(inner);

    /// <summary>Where the tensor, or its storage or type, would be made by something that is not data: that is what a message should name.</summary>
    private static PicklePlaceholder? Stranger(RebuildArgument[] row, object?[] arguments) =>
        arguments.ElementAtOrDefault(0) is PicklePlaceholder first ? new PicklePlaceholder(first.Global)
        : Array.IndexOf(row, RebuildArgument.Dtype) is >= 0 and int at && arguments.ElementAtOrDefault(at) is PickleGlobal type && !RebuildArgument.Dtype.Fits(type) ? new PicklePlaceholder(type)
        : null;

    /// <summary>Null where the arguments are as the table says.</summary>
    private static string? Misfit(string name, RebuildArgument[] row, object?[] arguments)
    {
        int least = row.Count(a => !a.IsOptional);
        if (arguments.Length < least || arguments.Length > row.Length)
        {
            string known = least == row.Length ? $"{least}" : $"{least} to {row.Length}";
            return string.Create(CultureInfo.InvariantCulture, $"is rebuilt by {name} from {arguments.Length} arguments, and {known} are understood");
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            if (!row[i].Fits(arguments[i]))
            {
                return $"is rebuilt by {name} with a {row[i].Name} ({PickleValues.Describe(arguments[i])}) that is not understood: it should be {row[i].Expected}";
            }
        }

        return null;
    }

    private static object Tensor(object?[] arguments, WeightType? type, object? metadata)
    {
        StorageReference storage = (StorageReference)arguments[0]!;
        KeyValuePair<object?, object?>[] bits = RebuildArgument.Items(metadata) ?? [];
        return bits.Any(b => b is { Key: "conj", Value: true })
            ? new MalformedTensor("is a conjugated view, which only complex numbers have: they cannot be weights")
            : new TensorReference(storage, type ?? storage.Type, (long)arguments[1]!, TensorState.Numbers(arguments[2]), TensorState.Numbers(arguments[3]), bits.Any(b => b is { Key: "neg", Value: true }));
    }

    /// <summary>A parameter is a tensor of its own over its data's values.</summary>
    private static object Shared(object? data) => ((TensorReference)data!).Share();
}
