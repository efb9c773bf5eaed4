using CudaNet.Emulator;
using CudaNet.Kernels.Cuda;
using Xunit;

namespace CudaNet.Cuda.Tests.Engine;

/// <summary>An emulated machine of a test's own, which is judged strictly.</summary>
internal static class Machines
{
    /// <summary>A backend on the machine, as a program makes it.</summary>
    public static CudaBackend Backend(this EmulatedMachine machine, CudaOptions? options = null) =>
        new((options ?? new CudaOptions()) with { Libraries = machine.Libraries.Load() });

    /// <summary>The native calls of an action, each by its name with how often it was made.</summary>
    public static Dictionary<string, long> CallsOf(this EmulatedMachine machine, Action action)
    {
        IReadOnlyDictionary<string, long> before = machine.Calls.ByName;
        action();
        return machine.Calls.ByName
            .Select(c => KeyValuePair.Create(c.Key, c.Value - before.GetValueOrDefault(c.Key)))
            .Where(c => c.Value > 0)
            .ToDictionary();
    }

    /// <summary>Everything was given back, and nothing was found wrong.</summary>
    public static void AssertClean(this EmulatedMachine machine)
    {
        Assert.Empty(machine.Findings);
        Assert.Empty(machine.Leaks);
    }
}
