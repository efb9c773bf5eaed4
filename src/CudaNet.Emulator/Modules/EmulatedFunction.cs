using System.Runtime.InteropServices;
using CudaNet.Emulator.Ptx;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Modules;

/// <summary>A kernel of a loaded module, with what programs set for its launches. Used under the machine's gate.</summary>
internal sealed unsafe class EmulatedFunction(EmulatedModule module, PtxKernel kernel)
{
    private const int MaxThreads = 1024;
    private const int TypicalRegisters = 32;

    private readonly Dictionary<CUfunction_attribute, int> _hints = [];
    private byte* _name;
    private int? _maxDynamicSharedBytes;

    ~EmulatedFunction() => Marshal.FreeCoTaskMem((nint)_name);

    public EmulatedModule Module { get; } = module;

    public PtxKernel Kernel { get; } = kernel;

    public nint Handle { get; set; }

    public EmulatedDeviceProfile Profile => Module.Context.Device.Profile;

    /// <summary>The name as text that lives as long as the module.</summary>
    public byte* NativeName => _name == null ? _name = (byte*)Marshal.StringToCoTaskMemUTF8(Kernel.Name) : _name;

    /// <summary>The most threads that a block may have.</summary>
    public int MaxThreadsPerBlock => (int)Math.Min(MaxThreads, (Kernel.RequiredThreads ?? Kernel.MaxThreads)?.Count ?? MaxThreads);

    /// <summary>Registers of a thread. PTX names as many as it likes; what a compiler would make of them is taken as this.</summary>
    public int Registers => Kernel.MaxRegisters > 0 ? Math.Min(TypicalRegisters, Kernel.MaxRegisters) : TypicalRegisters;

    /// <summary>The most dynamic shared memory of a launch: what fits without opting in, or what the program opted in to.</summary>
    public int MaxDynamicSharedBytes => _maxDynamicSharedBytes ?? Math.Max(0, Profile.SharedBytesPerBlock - Kernel.StaticSharedBytes);

    /// <summary>An attribute; null where there is none of this number.</summary>
    public int? Attribute(CUfunction_attribute attribute) => attribute switch
    {
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK => MaxThreadsPerBlock,
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES => Kernel.StaticSharedBytes,
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_CONST_SIZE_BYTES => Module.Ptx.ConstBytes,
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES => Kernel.LocalBytes,
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS => Registers,
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_PTX_VERSION => Module.Ptx.Target.Capability,
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_BINARY_VERSION => (Profile.Major * 10) + Profile.Minor,
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_CACHE_MODE_CA => 0,
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES => MaxDynamicSharedBytes,
        CUfunction_attribute.CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT => _hints.GetValueOrDefault(attribute, -1),
        >= CUfunction_attribute.CU_FUNC_ATTRIBUTE_CLUSTER_SIZE_MUST_BE_SET
            and <= CUfunction_attribute.CU_FUNC_ATTRIBUTE_CLUSTER_SCHEDULING_POLICY_PREFERENCE => _hints.GetValueOrDefault(attribute),
        _ => null,
    };

    /// <summary>Sets an attribute: dynamic shared memory up to what the device has beside the static part; hints are kept.</summary>
    public CUresult SetAttribute(CUfunction_attribute attribute, int value)
    {
        switch (attribute)
        {
            case CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES:
                if (value < 0 || value > Profile.SharedBytesPerBlockOptIn - Kernel.StaticSharedBytes)
                {
                    return CUresult.CUDA_ERROR_INVALID_VALUE;
                }

                _maxDynamicSharedBytes = value;
                return CUresult.CUDA_SUCCESS;
            case CUfunction_attribute.CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT when value is >= -1 and <= 100:
            case CUfunction_attribute.CU_FUNC_ATTRIBUTE_NON_PORTABLE_CLUSTER_SIZE_ALLOWED:
            case CUfunction_attribute.CU_FUNC_ATTRIBUTE_CLUSTER_SCHEDULING_POLICY_PREFERENCE:
                _hints[attribute] = value;
                return CUresult.CUDA_SUCCESS;
            default:
                return CUresult.CUDA_ERROR_INVALID_VALUE;
        }
    }
}
