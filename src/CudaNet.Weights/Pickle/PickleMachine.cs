using System.Globalization;
using CudaNet.Engine;

namespace CudaNet.Weights;

/// <summary>
/// Runs a pickle (protocols 0 to 5; opcodes as in CPython's pickletools) as data: nothing is imported and nothing is called. A call becomes
/// what <see cref="TorchObjects"/> knows it to mean, or a named placeholder. Iterative, so nesting costs no stack; the number of
/// operations, and with it the memory, is bounded.
/// Values: null, bool, long, BigInteger, double, string, <c>object[]</c> (tuple), <c>List</c>, <see cref="PickleDictionary"/>,
/// <see cref="PickleGlobal"/>, <see cref="PicklePlaceholder"/>, <see cref="StorageReference"/>, <see cref="TensorReference"/>, <see cref="MalformedTensor"/>,
/// <see cref="PickleBytes"/>, <see cref="NumpyArray"/>, <see cref="NumpyType"/>.
/// </summary>
internal sealed class PickleMachine
{
    /// <summary>A training checkpoint of a ResNet-152 needs some 10⁵.</summary>
    public const int MaxOperations = 4_000_000;

    private const byte HighestProtocol = 5;
    private const string SetAfterwards = "is given values one by one, which is not understood";
    private static readonly object True = true;
    private static readonly object False = false;

    private readonly PickleStack _stack = new();
    private readonly Dictionary<long, object?> _memo = [];
    private readonly Dictionary<string, WeightType>? _storageTypes;

    private readonly bool _isNested;

    private readonly ByteRegion _pickle;

    private PickleMachine(Dictionary<string, WeightType>? storageTypes, ByteRegion pickle, bool isNested) => (_storageTypes, _pickle, _isNested) = (storageTypes, pickle, isNested);

    /// <summary>Runs one pickle; the stream is left behind its end.</summary>
    /// <param name="stream">Where it starts.</param>
    /// <param name="storageTypes">Takes the element type of every storage that is named, by key.</param>
    /// <param name="maxOperations">The most operations to run.</param>
    /// <param name="isNested">True for a pickle inside of another one's bytes, in which no further one is looked for.</param>
    /// <exception cref="WeightFormatException">It is damaged, or larger than any checkpoint's.</exception>
    public static object? Run(ref PickleStream stream, Dictionary<string, WeightType>? storageTypes = null, int maxOperations = MaxOperations, bool isNested = false)
    {
        PickleMachine machine = new(storageTypes, stream.Region, isNested);
        for (int operation = 0; operation < maxOperations; operation++)
        {
            byte opcode = stream.ReadByte();
            if (opcode == '.')
            {
                return machine._stack.Pop(ref stream);
            }

            if (!machine.PushValue(opcode, ref stream) && !machine.Combine(opcode, ref stream) && !machine.Remember(opcode, ref stream))
            {
                throw stream.Error($"there is no operation 0x{opcode:X2}");
            }
        }

        throw stream.Error($"it has more than {maxOperations} operations", "A checkpoint of a ResNet needs far fewer; save the weights alone.");
    }

    /// <summary>Opcodes that push a value of their own.</summary>
    private bool PushValue(byte opcode, ref PickleStream stream)
    {
        object? value;
        switch (opcode)
        {
            case (byte)'N': value = null; break;
            case 0x88: value = True; break;
            case 0x89: value = False; break;
            case (byte)'K': value = (long)stream.ReadByte(); break;
            case (byte)'M': value = (long)stream.ReadUInt16(); break;
            case (byte)'J': value = (long)stream.ReadInt32(); break;
            case (byte)'I': value = stream.ReadDecimalOrBoolean(); break;
            case (byte)'L': value = stream.ReadDecimal(); break;
            case 0x8A: value = stream.ReadLong(stream.ReadByte()); break;
            case 0x8B: value = stream.ReadLong(stream.ReadInt32()); break;
            case (byte)'G': value = stream.ReadDouble(); break;
            case (byte)'F': value = ReadFloatLine(ref stream); break;
            case (byte)'X': value = stream.ReadUtf8(stream.ReadUInt32()); break;
            case 0x8C: value = stream.ReadUtf8(stream.ReadByte()); break;
            case 0x8D: value = stream.ReadUtf8(stream.ReadInt64()); break;
            case (byte)'V': value = stream.ReadRawUnicodeLine(); break;
            case (byte)'S': value = stream.ReadLine().Trim('\'', '"'); break;
            case (byte)'T': value = stream.ReadByteString(stream.ReadInt32()); break;
            case (byte)'U': value = stream.ReadByteString(stream.ReadByte()); break;
            case (byte)'C': value = stream.ReadBytes(stream.ReadByte()); break;
            case (byte)'B': value = stream.ReadBytes(stream.ReadUInt32()); break;
            case 0x8E or 0x96: value = stream.ReadBytes(stream.ReadInt64()); break;
            case (byte)')': value = Array.Empty<object?>(); break;
            case (byte)']': value = new List<object?>(); break;
            case (byte)'}': value = new PickleDictionary(); break;
            case 0x8F: value = PicklePlaceholder.Set; break;
            case (byte)'c': value = new PickleGlobal(stream.ReadLine(), stream.ReadLine()); break;
            case (byte)'P': value = TorchObjects.Persistent(stream.ReadLine()); break;
            case 0x82: value = new PickleGlobal("copyreg", $"extension {stream.ReadByte()}"); break;
            case 0x83: value = new PickleGlobal("copyreg", $"extension {stream.ReadUInt16()}"); break;
            case 0x84: value = new PickleGlobal("copyreg", $"extension {stream.ReadInt32()}"); break;
            default: return false;
        }

        _stack.Push(value);
        return true;
    }

    /// <summary>Opcodes that take values from the stack.</summary>
    private bool Combine(byte opcode, ref PickleStream stream)
    {
        switch (opcode)
        {
            case 0x85: PushTuple(1, ref stream); break;
            case 0x86: PushTuple(2, ref stream); break;
            case 0x87: PushTuple(3, ref stream); break;
            case (byte)'t': _stack.Push(_stack.PopToMark(ref stream)); break;
            case (byte)'l': _stack.Push(new List<object?>(_stack.PopToMark(ref stream))); break;
            case (byte)'d': PushDictionary(_stack.PopToMark(ref stream), ref stream); break;
            case (byte)'a': AddElements([_stack.Pop(ref stream)], _stack.Top(ref stream)); break;
            case (byte)'e' or 0x90: AddElements(_stack.PopToMark(ref stream), _stack.Top(ref stream)); break;
            case 0x91: _stack.PopToMark(ref stream); _stack.Push(PicklePlaceholder.FrozenSet); break;
            case (byte)'s': AddItems(_stack.Pop(2, ref stream), _stack.Top(ref stream), ref stream); break;
            case (byte)'u': AddItems(_stack.PopToMark(ref stream), _stack.Top(ref stream), ref stream); break;
            case (byte)'R' or 0x81: Call(_stack.Pop(2, ref stream)); break;
            case 0x92: Call(_stack.Pop(3, ref stream)); break;
            case (byte)'o': CallList(_stack.PopToMark(ref stream), ref stream); break;
            case (byte)'i': CallInstance(ref stream); break;
            case (byte)'b': Build(_stack.Pop(ref stream), _stack.Top(ref stream), ref stream); break;
            case (byte)'Q': PushPersistent(_stack.Pop(ref stream)); break;
            case 0x93: PushGlobal(_stack.Pop(2, ref stream), ref stream); break;
            default: return false;
        }

        return true;
    }

    /// <summary>Marks, the memo, and framing.</summary>
    private bool Remember(byte opcode, ref PickleStream stream)
    {
        switch (opcode)
        {
            case (byte)'(': _stack.Mark(); break;
            case (byte)'0': _stack.Pop(ref stream); break;
            case (byte)'1': _stack.PopToMark(ref stream); break;
            case (byte)'2': _stack.Push(_stack.Top(ref stream)); break;
            case (byte)'q': _memo[stream.ReadByte()] = _stack.Top(ref stream); break;
            case (byte)'r': _memo[stream.ReadUInt32()] = _stack.Top(ref stream); break;
            case (byte)'p': _memo[ReadIndexLine(ref stream)] = _stack.Top(ref stream); break;
            case 0x94: _memo[_memo.Count] = _stack.Top(ref stream); break;
            case (byte)'h': Recall(stream.ReadByte(), ref stream); break;
            case (byte)'j': Recall(stream.ReadUInt32(), ref stream); break;
            case (byte)'g': Recall(ReadIndexLine(ref stream), ref stream); break;
            case 0x95: stream.ReadInt64(); break;
            case 0x80: CheckProtocol(stream.ReadByte(), ref stream); break;
            case 0x97 or 0x98: throw stream.Error("its buffers are outside the file");
            default: return false;
        }

        return true;
    }

    private void PushTuple(int count, ref PickleStream stream) => _stack.Push(_stack.Pop(count, ref stream));

    private void PushDictionary(object?[] items, ref PickleStream stream)
    {
        PickleDictionary dictionary = new();
        AddItems(items, dictionary, ref stream);
        _stack.Push(dictionary);
    }

    private void PushGlobal(object?[] names, ref PickleStream stream) =>
        _stack.Push(names is [string module, string name] ? new PickleGlobal(module, name) : throw stream.Error("a global's name is not a pair of strings"));

    private void PushPersistent(object? id)
    {
        object? value = TorchObjects.Persistent(id);
        if (value is StorageReference storage)
        {
            _storageTypes?.TryAdd(storage.Key, storage.Type);
        }

        _stack.Push(value);
    }

    private void Recall(long index, ref PickleStream stream) =>
        _stack.Push(_memo.TryGetValue(index, out object? value) ? value : throw stream.Error($"it recalls entry {index}, which was never stored"));

    /// <summary>A callable, its arguments, and keyword arguments that only placeholders have.</summary>
    private void Call(object?[] operands) => _stack.Push(TorchObjects.Call(operands[0], operands[1], _pickle, _isNested));

    private void CallList(object?[] values, ref PickleStream stream)
    {
        if (values.Length == 0)
        {
            throw stream.Error("it makes an object of no class");
        }

        Call([values[0], values[1..]]);
    }

    private void CallInstance(ref PickleStream stream)
    {
        PickleGlobal global = new(stream.ReadLine(), stream.ReadLine());
        Call([global, _stack.PopToMark(ref stream)]);
    }

    private static void Build(object? state, object? target, ref PickleStream stream)
    {
        switch (target)
        {
            case PicklePlaceholder placeholder: placeholder.Build(state); break;
            case TensorReference tensor: tensor.Build(state); break;
            case NumpyArray array: array.Build(state); break;
            case NumpyType type: type.Build(state); break;
            // A dictionary's attributes, as PyTorch's _metadata, are none of its items.
            case PickleDictionary or MalformedTensor: break;
            default: throw stream.Error($"it gives a state to {Printable.Text(PickleValues.Describe(target))}, which has none");
        }
    }

    private static void AddElements(ReadOnlySpan<object?> values, object? target)
    {
        if (target is List<object?> list)
        {
            list.AddRange(values);
        }
        else if (target is TensorReference tensor)
        {
            tensor.Spoil(SetAfterwards);
        }
    }

    private static void AddItems(object?[] items, object? target, ref PickleStream stream)
    {
        if (items.Length % 2 != 0)
        {
            throw stream.Error("a dictionary has a key without a value");
        }

        for (int i = 0; i < items.Length; i += 2)
        {
            (target as PickleDictionary)?.Add(items[i], items[i + 1]);
            (target as PicklePlaceholder)?.Add(items[i], items[i + 1]);
        }

        (target as TensorReference)?.Spoil(SetAfterwards);
    }


    private static double ReadFloatLine(ref PickleStream stream)
    {
        string line = stream.ReadLine();
        return double.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : throw stream.Error($"{Printable.Quote(line)} is not a number");
    }

    private static long ReadIndexLine(ref PickleStream stream)
    {
        string line = stream.ReadLine();
        return long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out long index)
            ? index
            : throw stream.Error($"{Printable.Quote(line)} is not an index");
    }

    private static void CheckProtocol(byte protocol, ref PickleStream stream)
    {
        if (protocol > HighestProtocol)
        {
            throw stream.Error($"protocol {protocol} is unknown; {HighestProtocol} is the highest");
        }
    }
}
