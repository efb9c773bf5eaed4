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
        _machine = new EmulatedMachine(EnvironmentOptions.Read());
        _machine.InstallForProcess();
        if (EnvironmentOptions.ReportsLeaks)
        {
            ReportLeaksAtExit();
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
                Console.Error.WriteLine($"CudaNet.Emulator: leak: {leak}");
            }
        }
        catch (Exception)
        {
            // The process ends; there is nobody left to tell.
        }
    }
}
