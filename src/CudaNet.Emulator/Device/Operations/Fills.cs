using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Device;

/// <summary>What memsets do at the call. Used under the machine's gate.</summary>
internal static class Fills
{
    /// <summary>A memset of rows of elements. Of device memory it returns at once, even where the call is a synchronous one.</summary>
    /// <param name="call">The call.</param>
    /// <param name="stream">Where it is queued; a synchronous one in the legacy stream.</param>
    /// <param name="address">Where the first row begins.</param>
    /// <param name="pitch">Bytes from row to row; of one row it does not count.</param>
    /// <param name="value">The element.</param>
    /// <param name="elementBytes">1, 2 or 4.</param>
    /// <param name="width">Elements of a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="isAsync">Whether the call is an asynchronous one.</param>
    public static CUresult Rows(string call, EmulatedStream stream, ulong address, ulong pitch, uint value, int elementBytes, ulong width, ulong height, bool isAsync)
    {
        if (width == 0 || height == 0)
        {
            return CUresult.CUDA_SUCCESS;
        }

        if (address == 0 || address % (ulong)elementBytes != 0 || (height > 1 && pitch % (ulong)elementBytes != 0))
        {
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        if (width > long.MaxValue / (ulong)elementBytes || height > int.MaxValue
            || (height > 1 && (pitch > long.MaxValue / height || pitch < width * (ulong)elementBytes)))
        {
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        EmulatedMachine machine = stream.Machine;
        ulong bytes = ((height - 1) * pitch) + (width * (ulong)elementBytes);
        MemoryRange? range = machine.Memory.Find(address);
        if (range is null || !range.Holds(address, bytes) || !range.IsUsable)
        {
            machine.Findings.Add(machine.Devices[range?.Device ?? stream.Context.Device.Ordinal].Memory.Fault(address, bytes, MemoryAccess.Write, call).Finding);
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        }

        var fill = new FillOperation(call, address, value, elementBytes, width, height, pitch);
        return !isAsync && range.IsOfHost ? stream.RunNow(fill) : stream.Enqueue(fill);
    }
}
