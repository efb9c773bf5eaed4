using System.Globalization;
using System.Runtime.InteropServices;
using CudaNet.Engine;

namespace CudaNet.Cli;

/// <summary>
/// The signals that end a process. The first asks the work to end, so that no half-written file stays; the second ends the process, after what is not
/// complete was removed. A file that is too large for the process's limit is a failure to write, and not the end: its signal is ignored by the system itself,
/// because the framework's handlers run later than the write fails, and a signal whose handler is gone by then ends the process.
/// </summary>
internal sealed class EndingSignals : IDisposable
{
    /// <summary>Numbers of Linux, where no name of the framework's stands for them.</summary>
    private const int User1 = 10, User2 = 12, Alarm = 14, CoprocessorFault = 16, CpuLimit = 24, FileSizeLimit = 25, VirtualAlarm = 26, Profiling = 27, Pollable = 29, PowerFailure = 30;

    /// <summary><c>SIG_IGN</c>.</summary>
    private const nint Ignore = 1;

    private readonly CancellationTokenSource _stop;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int? _first;

    public EndingSignals(CancellationTokenSource stop)
    {
        _stop = stop;
        Add(PosixSignal.SIGINT, ExitCode.Cancelled);
        Add(PosixSignal.SIGTERM, ExitCode.Terminated);
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Add(PosixSignal.SIGQUIT, ExitCode.Signalled + 3);
        if (!IsHangupIgnored())
        {
            Add(PosixSignal.SIGHUP, ExitCode.Signalled + 1);
        }

        if (OperatingSystem.IsLinux())
        {
            Array.ForEach([User1, User2, Alarm, CoprocessorFault, CpuLimit, VirtualAlarm, Profiling, Pollable, PowerFailure], n => Add((PosixSignal)n, ExitCode.Signalled + n));
            _ = NativeHandle(FileSizeLimit, Ignore);
        }
    }

    /// <summary>The exit code for the first signal that came; null where none did.</summary>
    public int? Code => _first;

    public void Dispose() => _registrations.ForEach(r => r.Dispose());

    private void Add(PosixSignal signal, int code) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = _first is null;
        if (_first is not null)
        {
            NewFile.DiscardAll();
            return;
        }

        _first = code;
        _stop.Cancel();
    }));

    /// <summary><c>nohup</c> has the process ignore it, and that stays so.</summary>
    private static bool IsHangupIgnored()
    {
        try
        {
            string? line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal));
            return line is not null && (ulong.Parse(line["SigIgn:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 1) != 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "signal")]
    private static extern nint NativeHandle(int signal, nint handler);
}
