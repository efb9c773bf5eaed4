using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Emulator.Exports;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>
/// Calls any entry point with any arguments: null, garbage and stale handles, addresses that are no memory, numbers and rectangles at the ends of their ranges.
/// Host pointers are null or point to memory, and counts and sizes beside them are no larger than it: what the real driver follows blindly, the emulator follows
/// too. One thread's.
/// </summary>
internal sealed unsafe class HostileCaller : IDisposable
{
    /// <summary>Not called: what it sets is seen by every test of the process.</summary>
    private const string LogsOfTheProcess = "cudnnSetCallback";

    private const int ScratchBytes = 4096;
    private const int MostHandles = 64;
    private const int SmallNumbers = 9;
    private const ulong DeviceWindow = 0x1000_0000_0000;

    private static readonly Entry[] Entries = [.. AllEntries()];

    private readonly Random _random;
    private readonly nint[] _handles = new nint[MostHandles];
    private readonly byte* _numbers = (byte*)NativeMemory.AlignedAlloc(ScratchBytes, 64);
    private readonly byte* _text = (byte*)NativeMemory.AlignedAlloc(ScratchBytes, 64);
    private readonly byte* _pointers = (byte*)NativeMemory.AlignedAlloc(ScratchBytes, 64);
    private readonly byte* _zeros = (byte*)NativeMemory.AlignedAlloc(ScratchBytes, 64);
    private int _made;

    public HostileCaller(int seed) => _random = new Random(seed);

    public static int EntryCount => Entries.Length;

    /// <summary>The names that were called.</summary>
    public HashSet<string> Called { get; } = [];

    public void Call()
    {
        Entry entry = Entries[_random.Next(Entries.Length)];
        Fill();
        long* arguments = stackalloc long[Math.Max(1, entry.Parameters.Length)];
        for (int i = 0; i < entry.Parameters.Length; i++)
        {
            arguments[i] = Argument(entry, entry.Parameters[i]);
        }

        Called.Add(entry.Name);
        entry.Invoke((nint)arguments);
        Keep(entry, arguments);
    }

    /// <summary>A handle or an address that later calls are given.</summary>
    public void Know(nint handle) => _handles[_made++ % MostHandles] = handle;

    public void Dispose()
    {
        foreach (nint scratch in (nint[])[(nint)_numbers, (nint)_text, (nint)_pointers, (nint)_zeros])
        {
            NativeMemory.AlignedFree((void*)scratch);
        }
    }

    private static IEnumerable<Entry> AllEntries() =>
        from library in (string[])["Driver", "Cublas", "CublasLt", "Cudnn"]
        from method in typeof(DriverEntryPoints).Assembly.GetType($"CudaNet.Emulator.Exports.{library}EntryPoints")!
            .GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where method.Name != LogsOfTheProcess
        select new Entry(method.Name, method.GetParameters(), Compile(method));

    /// <summary>A call of the native entry with arguments that lie in 64 bits each.</summary>
    private static Action<nint> Compile(MethodInfo method)
    {
        Type[] types = [.. method.GetParameters().Select(p => Plain(p.ParameterType))];
        DynamicMethod code = new(method.Name, typeof(void), [typeof(nint)], typeof(HostileCaller).Module, skipVisibility: true);
        ILGenerator il = code.GetILGenerator();
        for (int i = 0; i < types.Length; i++)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, i * sizeof(long));
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Ldobj, types[i]);
        }

        il.Emit(OpCodes.Ldc_I8, method.MethodHandle.GetFunctionPointer());
        il.Emit(OpCodes.Conv_I);
        Type returned = Plain(method.ReturnType);
        il.EmitCalli(OpCodes.Calli, CallingConvention.Cdecl, returned, types);
        if (returned != typeof(void))
        {
            il.Emit(OpCodes.Pop);
        }

        il.Emit(OpCodes.Ret);
        return code.CreateDelegate<Action<nint>>();
    }

    private static Type Plain(Type type) => type.IsPointer ? typeof(nint) : type.IsEnum ? Enum.GetUnderlyingType(type) : type;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void DoNothing(nint unused)
    {
    }

    private long Argument(Entry entry, ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        string name = parameter.Name!;
        if (type.IsPointer)
        {
            return Pointer(type.GetElementType()!);
        }

        if (name is "fn" or "callback" or "blockSizeToDynamicSMemSize")
        {
            return _random.Next(2) == 0 ? 0 : (nint)(delegate* unmanaged[Cdecl]<nint, void>)&DoNothing;
        }

        if (type == typeof(double))
        {
            return BitConverter.DoubleToInt64Bits(_random.NextDouble());
        }

        bool isCount = name.StartsWith("num", StringComparison.Ordinal) || name.StartsWith("nb", StringComparison.Ordinal) || name.StartsWith("len", StringComparison.Ordinal)
            || name.Contains("ount", StringComparison.Ordinal) || name.Contains("ize", StringComparison.Ordinal) || name.Contains("ytes", StringComparison.Ordinal) || type == typeof(nuint);
        return isCount ? entry.TakesPointers ? _random.Next(SmallNumbers) : Size()
            : type == typeof(nint) ? Handle()
            : type == typeof(ulong) ? Address()
            : Number();
    }

    private long Number() => _random.Next(8) switch
    {
        0 => -1,
        1 => int.MaxValue,
        2 => int.MinValue,
        3 => _random.Next(),
        4 => 64,
        _ => _random.Next(SmallNumbers),
    };

    /// <summary>Small, or more than anything has: what lies between would be allocated.</summary>
    private long Size() => _random.Next(4) switch
    {
        0 => -1,
        1 => long.MaxValue - _random.Next(SmallNumbers),
        _ => _random.Next(SmallNumbers),
    };

    private long Handle() => _random.Next(6) switch
    {
        0 => 0,
        1 => _random.Next(4),
        2 => _random.NextInt64(),
        _ => _handles[_random.Next(MostHandles)],
    };

    /// <summary>Of the device, or of nobody: a number anywhere else would be a host address that is followed.</summary>
    private long Address() => _random.Next(5) switch
    {
        0 => 0,
        1 => _random.Next(256),
        2 => (long)(DeviceWindow + (ulong)_random.NextInt64(1L << 40)),
        _ => _handles[_random.Next(MostHandles)] is var known && (ulong)known >= DeviceWindow && (ulong)known < 2 * DeviceWindow ? known : 0,
    };

    private long Pointer(Type element)
    {
        if (_random.Next(5) == 0)
        {
            return 0;
        }

        if (element == typeof(CUDA_MEMCPY2D))
        {
            FillRectangle((CUDA_MEMCPY2D*)_zeros);
        }

        byte* scratch = element.IsPointer ? _pointers
            : element == typeof(byte) ? _text
            : element == typeof(void) ? (_random.Next(2) == 0 ? _text : _numbers)
            : element.IsPrimitive || element.IsEnum ? _numbers
            : _zeros;
        return (nint)scratch;
    }

    /// <summary>Between ends of the device, from anywhere to anywhere.</summary>
    private void FillRectangle(CUDA_MEMCPY2D* copy)
    {
        *copy = new CUDA_MEMCPY2D
        {
            srcXInBytes = (nuint)Corner(),
            srcY = (nuint)Corner(),
            srcMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE,
            srcDevice = (ulong)Address(),
            srcPitch = (nuint)Corner(),
            dstXInBytes = (nuint)Corner(),
            dstY = (nuint)Corner(),
            dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE,
            dstDevice = (ulong)Address(),
            dstPitch = (nuint)Corner(),
            WidthInBytes = (nuint)Corner(),
            Height = (nuint)Corner(),
        };
    }

    private long Corner() => _random.Next(3) == 0 ? _random.NextInt64(long.MinValue, long.MaxValue) >> _random.Next(64) : _random.Next(SmallNumbers);

    private void Fill()
    {
        ulong* numbers = (ulong*)_numbers;
        ulong* pointers = (ulong*)_pointers;
        for (int i = 0; i < ScratchBytes / sizeof(ulong); i++)
        {
            numbers[i] = (ulong)((i + _made) % SmallNumbers);
            pointers[i] = (ulong)_numbers;
        }

        new Span<byte>(_zeros, ScratchBytes).Clear();
        Span<byte> text = new(_text, ScratchBytes);
        text.Clear();
        Encoding.ASCII.GetBytes("/nonexistent/nothing", text);
    }

    /// <summary>What a call may have made lies where its first pointer pointed.</summary>
    private void Keep(Entry entry, long* arguments)
    {
        if (entry.Parameters is [{ ParameterType.IsPointer: true }, ..] && arguments[0] == (nint)_numbers && *(long*)_numbers > ushort.MaxValue)
        {
            Know(*(nint*)_numbers);
        }
    }

    private sealed record Entry(string Name, ParameterInfo[] Parameters, Action<nint> Invoke)
    {
        public bool TakesPointers { get; } = Parameters.Any(p => p.ParameterType.IsPointer);
    }
}
