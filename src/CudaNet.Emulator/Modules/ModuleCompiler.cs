using CudaNet.Emulator.Device;
using CudaNet.Emulator.Ptx;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Modules;

/// <summary>Makes a module of an image for a device, with the logs and the statuses of the driver's own compiler.</summary>
internal static unsafe class ModuleCompiler
{
    /// <summary>Reads and compiles an image.</summary>
    /// <param name="image">As <see cref="ModuleImage.Read"/> takes it.</param>
    /// <param name="device">What it must run on; null: whatever it is for.</param>
    /// <param name="options">Takes the logs.</param>
    /// <param name="module">Meaningful on success only.</param>
    public static CUresult Compile(void* image, EmulatedDeviceProfile? device, JitOptions options, out PtxModule module)
    {
        module = null!;
        if (!options.AreValid)
        {
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        CUresult read = ModuleImage.Read(image, out string text);
        if (read == CUresult.CUDA_SUCCESS)
        {
            return CompileText(text, "PTX", device, options, out module);
        }

        options.Write(string.Empty, read switch
        {
            CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU => "The image holds machine code for a real device; the emulated device runs PTX text.",
            CUresult.CUDA_ERROR_INVALID_IMAGE => "The image is neither PTX text nor machine code.",
            _ => string.Empty,
        });
        return read;
    }

    /// <summary>Compiles PTX text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="device">What it must run on; null: whatever it is for.</param>
    /// <param name="options">Takes the logs.</param>
    /// <param name="module">Meaningful on success only.</param>
    public static CUresult CompileText(string text, string name, EmulatedDeviceProfile? device, JitOptions options, out PtxModule module)
    {
        try
        {
            module = PtxModule.Parse(text, name);
        }
        catch (PtxParseException exception)
        {
            module = null!;
            options.Write(string.Empty, exception.Message);
            return exception.Kind switch
            {
                PtxErrorKind.UnsupportedVersion => CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
                PtxErrorKind.NotSupported => CUresult.CUDA_ERROR_NOT_SUPPORTED,
                _ => CUresult.CUDA_ERROR_INVALID_PTX,
            };
        }
        catch (Exception exception) when (EmulatorFailure.Report(name, exception) is { } message)
        {
            module = null!;
            options.Write(string.Empty, message);
            return CUresult.CUDA_ERROR_UNKNOWN;
        }

        if (device is not null && !RunsOn(module.Target, device))
        {
            options.Write(string.Empty, $"{name}: its target is {module.Target}; the device '{device.Name}' has compute capability {device.Major}.{device.Minor}.");
            return CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU;
        }

        options.Write(string.Empty, string.Empty);
        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>PTX runs on its own and all later capabilities, unless it is for one architecture or one family alone.</summary>
    private static bool RunsOn(PtxTarget target, EmulatedDeviceProfile device)
    {
        int capability = (device.Major * 10) + device.Minor;
        return target.Suffix switch
        {
            'a' => capability == target.Capability,
            'f' => capability >= target.Capability && device.Major == target.Capability / 10,
            _ => capability >= target.Capability,
        };
    }
}
