using System.Runtime.CompilerServices;

namespace CudaNet.Kernels.Cuda;

/// <summary>One argument of a kernel: a number or an address, made from it by conversion. Its size must be that of the kernel's parameter.</summary>
public readonly struct KernelArgument
{
    private readonly ulong _bits;

    private KernelArgument(ulong bits, int bytes)
    {
        _bits = bits;
        Bytes = bytes;
    }

    /// <summary>The size of the value.</summary>
    public int Bytes { get; }

    internal ulong Bits => _bits;

    /// <summary>A 32-bit integer.</summary>
    public static implicit operator KernelArgument(int value) => Of(value);

    /// <summary>A 32-bit integer.</summary>
    public static implicit operator KernelArgument(uint value) => Of(value);

    /// <summary>A 64-bit integer.</summary>
    public static implicit operator KernelArgument(long value) => Of(value);

    /// <summary>A 64-bit integer.</summary>
    public static implicit operator KernelArgument(ulong value) => Of(value);

    /// <summary>A single-precision number.</summary>
    public static implicit operator KernelArgument(float value) => Of(value);

    /// <summary>A double-precision number.</summary>
    public static implicit operator KernelArgument(double value) => Of(value);

    /// <summary>An address.</summary>
    public static implicit operator KernelArgument(DeviceAddress address) => Of(address.Value);

    /// <summary>The address of a memory. The memory must live until the kernel has run.</summary>
    public static implicit operator KernelArgument(DeviceMemory memory) => Of(memory.Address.Value);

    /// <summary>The address of a part of a memory. The memory must live until the kernel has run.</summary>
    public static implicit operator KernelArgument(DeviceSlice slice) => Of(slice.Address.Value);

    /// <summary>A value of any other type of at most 8 bytes, such as a <see cref="Half"/>, a byte, or a struct of two integers.</summary>
    /// <exception cref="ArgumentException">The type is larger.</exception>
    public static KernelArgument Of<T>(T value)
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() > sizeof(ulong))
        {
            throw new ArgumentException($"{typeof(T)} has {Unsafe.SizeOf<T>()} bytes; an argument has at most 8", nameof(value));
        }

        ulong bits = 0;
        Unsafe.WriteUnaligned(ref Unsafe.As<ulong, byte>(ref bits), value);
        return new KernelArgument(bits, Unsafe.SizeOf<T>());
    }
}
