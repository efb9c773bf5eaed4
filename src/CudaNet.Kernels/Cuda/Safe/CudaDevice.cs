using System.Text;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>One GPU as the driver shows it. Found by <see cref="CudaLibraries.Devices"/>; thread-safe.</summary>
public sealed unsafe class CudaDevice
{
    private DeviceFaultedException? _fault;

    internal CudaDevice(CudaLibraries libraries, int ordinal, int handle)
    {
        Libraries = libraries;
        Ordinal = ordinal;
        Handle = handle;
    }

    /// <summary>The libraries that showed it.</summary>
    public CudaLibraries Libraries { get; }

    /// <summary>Its number in this process, from 0; CUDA_VISIBLE_DEVICES changes which device has which.</summary>
    public int Ordinal { get; }

    /// <summary>The product's name.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public string Name
    {
        get
        {
            const int Size = 256;
            byte* name = stackalloc byte[Size];
            Check(Libraries.Driver.cuDeviceGetName(name, Size, Handle), nameof(DriverApi.cuDeviceGetName));
            return ResultText.Text(name) ?? "";
        }
    }

    /// <summary>The device's identity, <c>GPU-</c> and 32 digits, as <c>nvidia-smi -L</c> prints it.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public string Uuid
    {
        get
        {
            DriverApi driver = Libraries.Driver;
            CUuuid uuid;
            if (driver.cuDeviceGetUuid_v2 != null)
            {
                Check(driver.cuDeviceGetUuid_v2(&uuid, Handle), nameof(DriverApi.cuDeviceGetUuid_v2));
            }
            else
            {
                Check(driver.cuDeviceGetUuid(&uuid, Handle), nameof(DriverApi.cuDeviceGetUuid));
            }

            StringBuilder text = new("GPU-");
            for (int i = 0; i < sizeof(CUuuid); i++)
            {
                text.Append(i is 4 or 6 or 8 or 10 ? "-" : "").Append(((byte*)&uuid)[i].ToString("x2", null));
            }

            return text.ToString();
        }
    }

    /// <summary>Its place on the PCI bus, such as <c>0000:65:00.0</c>.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public string PciBusId
    {
        get
        {
            const int Size = 32;
            byte* id = stackalloc byte[Size];
            Check(Libraries.Driver.cuDeviceGetPCIBusId(id, Size, Handle), nameof(DriverApi.cuDeviceGetPCIBusId));
            return ResultText.Text(id) ?? "";
        }
    }

    /// <summary>All memory of the device in bytes, used or not.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public long MemoryBytes
    {
        get
        {
            nuint bytes;
            Check(Libraries.Driver.cuDeviceTotalMem_v2(&bytes, Handle), nameof(DriverApi.cuDeviceTotalMem_v2));
            return (long)bytes;
        }
    }

    /// <summary>Which instructions the device has, such as 8.0.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public Version ComputeCapability => new(
        Attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
        Attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR));

    /// <summary>How many multiprocessors run blocks.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public int MultiprocessorCount => Attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);

    /// <summary>The most threads in a block.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public int MaxThreadsPerBlock => Attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK);

    /// <summary>The most shared memory a block can have in bytes, once <see cref="CudaKernel.AllowSharedBytes"/> has asked for it.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public int MaxSharedBytesPerBlock => Attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);

    /// <summary>Why this process cannot use the device any more; null while it can.</summary>
    public DeviceFaultedException? Fault => Volatile.Read(ref _fault);

    internal int Handle { get; }

    /// <inheritdoc/>
    public override string ToString() => $"device {Ordinal}";

    internal int Attribute(CUdevice_attribute attribute)
    {
        int value;
        Check(Libraries.Driver.cuDeviceGetAttribute(&value, attribute, Handle), nameof(DriverApi.cuDeviceGetAttribute));
        return value;
    }

    /// <summary>Keeps the first fault, and gives the exception to throw: the cause itself, or one that carries it.</summary>
    internal DeviceFaultedException Faulted(DeviceFaultedException fault) =>
        Interlocked.CompareExchange(ref _fault, fault, null) is { } first ? new DeviceFaultedException(first) : fault;

    private void Check(CUresult result, string call) => Libraries.Check(result, call, Ordinal);
}
