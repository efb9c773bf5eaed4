using CudaNet.Engine;

namespace CudaNet.Kernels.Cuda;

/// <summary>What runs can be bound to, and what an executable needs for it: the one list.</summary>
internal static class CudaBindings
{
    public static bool Takes(Type binding) => binding == typeof(DeviceBinding) || binding == typeof(ImageBinding);

    /// <summary>Bytes of a run's input as it is copied to the device; 0 where it is there already.</summary>
    public static long InputBytes(Type? binding, TensorShape shape) =>
        binding == typeof(DeviceBinding) ? 0 : shape.ElementCount * (binding == typeof(ImageBinding) ? 1 : sizeof(float));

    /// <summary>Whether the output goes to the host.</summary>
    public static bool IsOutputOnHost(Type? binding) => binding != typeof(DeviceBinding);

    /// <summary>Loads what a run would load first otherwise. Not in a capture.</summary>
    public static void Load(Type? binding, Launchers.KernelSet kernels) => _ = binding is null ? null : kernels.Preprocessing;

    /// <param name="binding">The type, which is taken; null for spans on the host.</param>
    /// <param name="context">Current.</param>
    /// <param name="program">Allocated.</param>
    /// <param name="checksRange">Whether infinite results of finite inputs are refused.</param>
    /// <exception cref="CudaException">So much host memory cannot be pinned.</exception>
    public static PassEnds EndsOf(Type? binding, CudaContext context, CudaProgram program, bool checksRange) =>
        binding is null ? new HostEnds(context, program, checksRange)
        : binding == typeof(ImageBinding) ? new ImageEnds(context, program, checksRange)
        : new DeviceEnds(context, program);
}
