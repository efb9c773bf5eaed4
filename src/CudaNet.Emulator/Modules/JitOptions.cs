using System.Text;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Modules;

/// <summary>
/// The options of a call that compiles PTX. A value stands in its slot, not behind it; the slots of the logs' sizes take the bytes that were written.
/// Options that steer an optimiser are accepted and change nothing.
/// </summary>
internal readonly unsafe struct JitOptions(uint count, CUjit_option* options, void** values)
{
    /// <summary>Whether the lists are there and all options are known.</summary>
    public bool AreValid
    {
        get
        {
            if (count > 0 && (options == null || values == null))
            {
                return false;
            }

            for (uint i = 0; i < count; i++)
            {
                if (options[i] is < 0 or >= CUjit_option.CU_JIT_NUM_OPTIONS)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Writes both logs, cut to their buffers, and what else the call tells.</summary>
    public void Write(string information, string errors)
    {
        WriteLog(CUjit_option.CU_JIT_INFO_LOG_BUFFER, CUjit_option.CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES, information);
        WriteLog(CUjit_option.CU_JIT_ERROR_LOG_BUFFER, CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, errors);
        if (Slot(CUjit_option.CU_JIT_WALL_TIME) is var time and not null)
        {
            *(float*)time = 0;
        }
    }

    private void WriteLog(CUjit_option bufferOption, CUjit_option sizeOption, string text)
    {
        void** size = Slot(sizeOption);
        if (size == null)
        {
            return;
        }

        void** buffer = Slot(bufferOption);
        uint capacity = *(uint*)size;
        uint written = 0;
        if (buffer != null && *buffer != null && capacity > 0)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            written = Math.Min((uint)bytes.Length, capacity - 1);
            Span<byte> target = new(*buffer, (int)written + 1);
            bytes.AsSpan(0, (int)written).CopyTo(target);
            target[(int)written] = 0;
        }

        *size = (void*)written;
    }

    private void** Slot(CUjit_option option)
    {
        for (uint i = 0; i < count; i++)
        {
            if (options[i] == option)
            {
                return values + i;
            }
        }

        return null;
    }
}
