using System.Runtime.CompilerServices;
using System.Text;

namespace CudaNet.Emulator.Cudnn;

/// <summary>
/// What cuDNN tells of its calls: the last error of each thread, and the messages to the program's callback, which runs inside the call. Used under the
/// machine's gate.
/// </summary>
internal sealed unsafe class CudnnLog
{
    private const uint MaskError = 2;
    private const uint MaskInfo = 8;
    private const int SeverityError = 1;
    private const int SeverityInfo = 3;

    [ThreadStatic]
    private static string? _lastError;

    private bool _isSet;
    private uint _mask;
    private nint _userData;
    private delegate* unmanaged<int, nint, Debug*, byte*, void> _callback;

    /// <summary>Where messages go that have no callback.</summary>
    public TextWriter ErrorStream { get; set; } = Console.Error;

    /// <summary>The callback as it was set.</summary>
    public (uint Mask, nint UserData, nint Callback) Current => (_mask, _userData, (nint)_callback);

    /// <summary>The failed condition of this thread's last refused call; reading it clears it.</summary>
    public static string TakeLastError()
    {
        string text = _lastError ?? string.Empty;
        _lastError = null;
        return text;
    }

    /// <summary>Without a callback version 9 writes its messages to the error stream from now on, version 8 nowhere.</summary>
    public void SetCallback(uint mask, nint userData, nint callback)
    {
        (_isSet, _mask, _userData) = (true, mask, userData);
        _callback = (delegate* unmanaged<int, nint, Debug*, byte*, void>)callback;
    }

    /// <summary>Remembers a failure, and tells the program. Version 9 tells failures whatever the mask says.</summary>
    public void Note(string name, CudnnAnswer answer, int version, nint handle, nint stream)
    {
        if (!answer.IsSuccess)
        {
            _lastError = answer.Reason;
        }

        bool isNine = version >= 9000;
        if (!_isSet || (_callback == null && !isNine))
        {
            return;
        }

        int status = (int)CudnnStatuses.In(answer.Status, isNine ? 9 : 8);
        Debug debug = default;
        Unsafe.WriteUnaligned(ref debug[0], version);
        Unsafe.WriteUnaligned(ref debug[4], status);
        Unsafe.WriteUnaligned(ref debug[24], handle);
        Unsafe.WriteUnaligned(ref debug[32], stream);
        string caller = $"Process={Environment.ProcessId}; Thread={Environment.CurrentManagedThreadId};";
        if ((_mask & MaskInfo) != 0)
        {
            Tell(SeverityInfo, debug, $"I! CuDNN (v{version}) function {name}() called:", $"i! {caller}");
        }

        if (!answer.IsSuccess && (isNine || (_mask & MaskError) != 0))
        {
            Tell(SeverityError, debug, $"E! CuDNN (v{version}) function {name}() called:", $"    e! Error: {CudnnStatuses.Name(status, isNine ? 9 : 8)}; Reason: {answer.Reason}", $"e! {caller}");
        }
    }

    /// <summary>Each line ends with a NUL for a callback, and an empty one ends the message.</summary>
    private void Tell(int severity, Debug debug, params ReadOnlySpan<string> lines)
    {
        if (_callback == null)
        {
            ErrorStream.WriteLine(string.Join(Environment.NewLine, lines));
            return;
        }

        fixed (byte* text = Encoding.UTF8.GetBytes(string.Join('\0', lines) + "\0\0"))
        {
            _callback(severity, _userData, &debug, text);
        }
    }

    /// <summary>cudnnDebug_t: 120 bytes, the version at 0, the status at 4, the handle at 24, its stream at 32.</summary>
    [InlineArray(120)]
    private struct Debug
    {
        private byte _first;
    }
}
