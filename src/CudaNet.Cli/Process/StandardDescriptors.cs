using Microsoft.Win32.SafeHandles;

namespace CudaNet.Cli;

/// <summary>
/// Whether the process was given its standard streams. Where it was not, the next file that is opened would get a stream's number, and what is
/// printed would be written into it: such numbers are filled with the null device first.
/// </summary>
internal static class StandardDescriptors
{
    private const int CloseOnExec = 0x80000;
    private static readonly List<SafeFileHandle> Fillers = [];

    /// <summary>To be called before anything is opened.</summary>
    public static (bool IsOutputOpen, bool IsErrorOpen) Secure()
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists("/proc/self/fdinfo"))
        {
            return (true, true);
        }

        (bool output, bool error) = (WasGiven(1), WasGiven(2));
        SafeFileHandle filler = Fill();
        for (; filler.DangerousGetHandle() <= 2; filler = Fill())
        {
            Fillers.Add(filler);
        }

        filler.Dispose();
        return (output, error);
    }

    private static SafeFileHandle Fill() => File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

    /// <summary>What a process was given outlives its start; what the runtime opened for itself under the number is marked to end there.</summary>
    private static bool WasGiven(int descriptor)
    {
        try
        {
            string flags = File.ReadLines($"/proc/self/fdinfo/{descriptor}").First(l => l.StartsWith("flags:", StringComparison.Ordinal))["flags:".Length..].Trim();
            return (Convert.ToInt64(flags, 8) & CloseOnExec) == 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException or FormatException)
        {
            return exception is not IOException;
        }
    }
}
