using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CudaNet.Emulator.Driver;

/// <summary>The machine of the process that loaded the library: made before the first call is answered, from the environment.</summary>
internal static unsafe class ProcessMachine
{
    private static EmulatedMachine? _machine;

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "A native library has no other place that runs before its first exported function.")]
    internal static void Start()
    {
        var environment = new EnvironmentOptions(Environment.GetEnvironmentVariable, static sentence => ErrorStream.Say(sentence));
        _machine = Make(environment);
        _machine.InstallForProcess();
        if (environment.ReportsLeaks)
        {
            ReportLeaksAtExit();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "What an initialiser throws ends the process.")]
    private static EmulatedMachine Make(EnvironmentOptions environment)
    {
        try
        {
            return new EmulatedMachine(environment.Read());
        }
        catch (Exception exception)
        {
            ErrorStream.Say($"the options of the environment cannot be used: {exception.Message}");
            return new EmulatedMachine();
        }
    }

    private static void ReportLeaksAtExit()
    {
        if (NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "__cxa_atexit", out nint address))
        {
            var atExit = (delegate* unmanaged<delegate* unmanaged<void*, void>, void*, void*, int>)address;
            _ = atExit(&ReportLeaks, null, null);
        }
    }

    [UnmanagedCallersOnly]
    [SuppressMessage("Design", "CA1031", Justification = "Nothing may be thrown through native frames.")]
    private static void ReportLeaks(void* unused)
    {
        try
        {
            foreach (Leak leak in _machine!.Leaks)
            {
                ErrorStream.Say($"leak: {leak}");
            }
        }
        catch (Exception)
        {
            // The process ends; there is nobody left to tell.
        }
    }
}
