using CudaNet.Emulator.Arithmetic;
using CudaNet.Emulator.Device;

namespace CudaNet.Emulator.Cublas;

/// <summary>α or β: read from host memory at the call, or from device memory when the work runs.</summary>
/// <param name="Value">What it is; not used where it lies on the device.</param>
/// <param name="Address">Where it lies on the device; 0 for a host value.</param>
/// <param name="Type">Of the element there.</param>
internal readonly record struct Scalar(double Value, ulong Address, ElementType Type)
{
    /// <summary>Reads a host value now, or remembers a device address.</summary>
    public static unsafe Scalar At(void* pointer, ElementType type, bool onDevice)
    {
        if (onDevice)
        {
            return new Scalar(0, (ulong)pointer, type);
        }

        double value = 0;
        Elements.Read(new ReadOnlySpan<byte>(pointer, Elements.SizeOf(type)), type, 1, new Span<double>(ref value));
        return new Scalar(value, 0, type);
    }

    public double Read(OperationContext context, string who)
    {
        if (Address == 0)
        {
            return Value;
        }

        double value = 0;
        Elements.Read(context.Memory.Access(Address, (ulong)Elements.SizeOf(Type), MemoryAccess.Read, who), Type, 1, new Span<double>(ref value));
        return value;
    }
}
