namespace CudaNet.Emulator.Device;

/// <summary>Which threads are inside a host function that a stream runs.</summary>
internal static class EmulatedHostFunctions
{
    [ThreadStatic]
    private static bool _running;

    public static bool OnThisThread => _running;

    /// <summary>Runs the function without the machine's gate, which the caller holds once.</summary>
    public static void Run(EmulatedMachine machine, Action function)
    {
        Monitor.Exit(machine.Gate);
        _running = true;
        try
        {
            function();
        }
        finally
        {
            _running = false;
            Monitor.Enter(machine.Gate);
        }
    }
}
