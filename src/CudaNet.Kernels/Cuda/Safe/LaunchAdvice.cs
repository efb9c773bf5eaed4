using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Kernels.Cuda;

/// <summary>What is wrong with a launch that the driver refused; asked only then.</summary>
internal static class LaunchAdvice
{
    private const CUdevice_attribute FirstOfBlock = CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X;
    private const CUdevice_attribute FirstOfGrid = CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X;

    /// <summary>A clause for the message, or nothing where the shape is possible.</summary>
    public static string For(CudaKernel kernel, CudaStream stream, LaunchShape shape)
    {
        CudaDevice device = kernel.Module.Context.Device;
        try
        {
            string? reason = stream.Context != kernel.Module.Context ? $"the stream is of {stream.Context.Device}, the kernel of {device}"
                : Axes("grid", shape.Grid, device, FirstOfGrid)
                ?? Axes("block", shape.Block, device, FirstOfBlock)
                ?? (shape.Block.Count > kernel.MaxThreadsPerBlock ? $"a block has {shape.Block.Count} threads, this kernel allows {kernel.MaxThreadsPerBlock}" : null)
                ?? Shared(kernel, device, shape.SharedBytes);
            return reason is null ? "" : $"; {reason}";
        }
        catch (CudaException)
        {
            return "";
        }
    }

    private static string? Axes(string name, Dim3 shape, CudaDevice device, CUdevice_attribute first)
    {
        ReadOnlySpan<int> extents = [shape.X, shape.Y, shape.Z];
        for (int i = 0; i < extents.Length; i++)
        {
            int most = device.Attribute(first + i);
            if (extents[i] < 1 || extents[i] > most)
            {
                return $"the {name}'s {"xyz"[i]} must be 1 to {most}";
            }
        }

        return null;
    }

    private static string? Shared(CudaKernel kernel, CudaDevice device, int bytes)
    {
        int without = device.Attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK);
        int own = kernel.SharedBytes;
        return bytes < 0 || bytes + own > device.MaxSharedBytesPerBlock ? $"a block can have {device.MaxSharedBytesPerBlock} bytes of shared memory, {own} of them declared by the kernel"
            : bytes + own > without ? $"more than {without} bytes of shared memory need {nameof(CudaKernel.AllowSharedBytes)} before"
            : null;
    }
}
