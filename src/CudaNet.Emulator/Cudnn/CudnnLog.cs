using System.Runtime.CompilerServices;
using System.Text;
using CudaNet.Kernels.Cuda.Native;

namespace CudaNet.Emulator.Cudnn;

/// <summary>What cuDNN tells of its calls: the last error of each thread, and the messages to a callback, which runs inside the call.</summary>
internal static unsafe class CudnnLog
{
    private const uint MaskError = 2;
    private const uint MaskInfo = 8;

    [ThreadStatic]
    private static string? _lastError;

    private static uint _mask;
    private static nint _userData;
    private static delegate* unmanaged<int, nint, Debug*, byte*, void> _callback;

    /// <summary>The callback as it was set.</summary>
    public static (uint Mask, nint UserData, nint Callback) Current => (_mask, _userData, (nint)_callback);

    public static void SetCallback(uint mask, nint userData, nint callback)
    {
        (_mask, _userData) = (mask, userData);
        _callback = (delegate* unmanaged<int, nint, Debug*, byte*, void>)callback;
    }

    /// <summary>The failed condition of this thread's last refused call; reading it clears it.</summary>
    public static string TakeLastError()
    {
        string text = _lastError ?? string.Empty;
        _lastError = null;
        return text;
    }

    /// <summary>Remembers a failure, and tells the callback. Version 9 tells failures whatever the mask says.</summary>
    public static void Note(string name, CudnnAnswer answer, int generation)
    {
        if (!answer.IsSuccess)
        {
            _lastError = answer.Reason;
        }

        if (_callback == null)
        {
            return;
        }

        cudnnStatus_t status = CudnnStatuses.In(answer.Status, generation);
        if ((_mask & MaskInfo) != 0)
        {
            Tell(3, status, $"I! CuDNN (v{generation}) function {name}() called:");
        }

        if (!answer.IsSuccess && (generation >= 9 || (_mask & MaskError) != 0))
        {
            Tell(1, status, $"E! CuDNN (v{generation}) function {name}() called:\0    e! Error: {CudnnStatuses.Name((int)status, generation)}; Reason: {answer.Reason}");
        }
    }

    private static void Tell(int severity, cudnnStatus_t status, string lines)
    {
        Debug debug = default;
        Unsafe.WriteUnaligned(ref debug[4], (int)status);
        fixed (byte* text = Encoding.UTF8.GetBytes(lines + "\0\0"))
        {
            _callback(severity, _userData, &debug, text);
        }
    }

    /// <summary>cudnnDebug_t: 120 bytes, the status at 4.</summary>
    [InlineArray(120)]
    private struct Debug
    {
        private byte _first;
    }
}
