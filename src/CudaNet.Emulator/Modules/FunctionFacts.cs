using CudaNet.Emulator.Device;
using CudaNet.Emulator.Ptx;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Modules;

/// <summary>What a loaded function is, and what programs may ask and set of it.</summary>
internal static class FunctionFacts
{
    private const int MaxThreads = 1024;
    private const int TypicalRegisters = 32;

    extension(EmulatedFunction function)
    {
        public PtxKernel Kernel => (PtxKernel)function.Code;

        public EmulatedDeviceProfile Profile => function.Module.Context.Device.Profile;

        /// <summary>The most threads that a block may have.</summary>
        public int MaxThreadsPerBlock => (int)Math.Min(MaxThreads, (function.Kernel.RequiredThreads ?? function.Kernel.MaxThreads)?.Count ?? MaxThreads);

        /// <summary>Registers of a thread. PTX names as many as it likes; what a compiler would make of them is taken as this.</summary>
        public int Registers => function.Kernel.MaxRegisters > 0 ? Math.Min(TypicalRegisters, function.Kernel.MaxRegisters) : TypicalRegisters;

        /// <summary>The most dynamic shared memory of a launch in bytes: what fits without opting in, or what the program opted in to.</summary>
        public int DynamicSharedLimit => function.MaxDynamicSharedBytes ?? Math.Max(0, function.Profile.SharedBytesPerBlock - function.Kernel.StaticSharedBytes);

        /// <summary>An attribute; null where there is none of this number.</summary>
        public int? Attribute(CUfunction_attribute attribute) => attribute switch
        {
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK => function.MaxThreadsPerBlock,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES => function.Kernel.StaticSharedBytes,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_CONST_SIZE_BYTES => ModuleCode.Of(function.Module).Ptx.ConstBytes,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES => function.Kernel.LocalBytes,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS => function.Registers,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_PTX_VERSION => ModuleCode.Of(function.Module).Ptx.Target.Capability,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_BINARY_VERSION => (function.Profile.Major * 10) + function.Profile.Minor,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES => function.DynamicSharedLimit,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT => function.PreferredCarveout,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_CACHE_MODE_CA or
            (>= CUfunction_attribute.CU_FUNC_ATTRIBUTE_CLUSTER_SIZE_MUST_BE_SET
                and <= CUfunction_attribute.CU_FUNC_ATTRIBUTE_CLUSTER_SCHEDULING_POLICY_PREFERENCE) => 0,
            _ => null,
        };

        /// <summary>Sets an attribute: dynamic shared memory up to what the device has beside the static part, and hints.</summary>
        /// <returns>1 for any other, and for values out of range.</returns>
        public CUresult SetAttribute(CUfunction_attribute attribute, int value)
        {
            switch (attribute)
            {
                case CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
                    when value >= 0 && value <= function.Profile.SharedBytesPerBlockOptIn - function.Kernel.StaticSharedBytes:
                    function.MaxDynamicSharedBytes = value;
                    return CUresult.CUDA_SUCCESS;
                case CUfunction_attribute.CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT when value is >= -1 and <= 100:
                    function.PreferredCarveout = value;
                    return CUresult.CUDA_SUCCESS;
                default:
                    return CUresult.CUDA_ERROR_INVALID_VALUE;
            }
        }
    }
}
