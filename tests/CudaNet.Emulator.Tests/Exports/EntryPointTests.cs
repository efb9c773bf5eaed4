using System.Reflection;
using System.Runtime.InteropServices;
using CudaNet.Emulator.Device;
using CudaNet.Emulator.Exports;
using Xunit;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>What stands between the frames of the program that calls and the emulator.</summary>
public sealed class EntryPointTests
{
    public static TheoryData<string> Libraries => ["Driver", "Cudnn", "Cublas", "CublasLt"];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Each_entry_point_catches_whatever_is_thrown(string library)
    {
        MethodInfo[] entries = typeof(DriverEntryPoints).Assembly.GetType($"CudaNet.Emulator.Exports.{library}EntryPoints")!.GetMethods(BindingFlags.Public | BindingFlags.Static);
        Assert.True(entries.Length > 20, $"{entries.Length} entry points");
        Assert.All(entries, entry =>
        {
            Assert.NotNull(entry.GetCustomAttribute<UnmanagedCallersOnlyAttribute>());
            Assert.Contains(entry.GetMethodBody()!.ExceptionHandlingClauses, c => c.Flags == ExceptionHandlingClauseOptions.Clause && c.CatchType == typeof(Exception));
        });
    }

    [Fact]
    public void A_failure_is_a_finding()
    {
        using EmulatedMachine machine = new();
        EmulatorFailure.Find("cuInit", new InvalidOperationException("planted"));
        Finding finding = Assert.Single(machine.Findings);
        Assert.Equal(FindingKind.Emulator, finding.Kind);
        Assert.Contains("cuInit failed inside the emulator: InvalidOperationException: planted", finding.Message, StringComparison.Ordinal);
    }
}
