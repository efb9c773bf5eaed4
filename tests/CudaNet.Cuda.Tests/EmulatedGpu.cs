using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CudaNet.Emulator;
using CudaNet.Engine;
using CudaNet.Kernels.Cuda;
using CudaNet.Tests.Support;
using Xunit;

[assembly: AssemblyFixture(typeof(CudaNet.Cuda.Tests.EmulatedGpu.Judge))]

namespace CudaNet.Cuda.Tests;

/// <summary>One emulated GPU for all tests of the process that ask for a backend by name. What it finds wrong fails the run at its end.</summary>
public static class EmulatedGpu
{
    private static readonly Lazy<EmulatedMachine> Machine = new(Start);
    private static readonly Dictionary<string, ArithmeticPrecision> Names = Enum.GetValues<ArithmeticPrecision>().ToDictionary(p => $"emulated-{p.ShortName()}");

    /// <summary>The test bodies of all backends run on these.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The lists are read when tests are discovered, before any of them runs.")]
    internal static void Use() => Backends.Use(new OwnBackends([.. Names.Keys], ["emulated-fp32"], name => Create(Names[name])));

    private static CudaBackend Create(ArithmeticPrecision precision) => new(new CudaOptions { Precision = precision, Libraries = Machine.Value.Libraries.Load() });

    private static EmulatedMachine Start()
    {
        EmulatedMachine machine = new();
        machine.InstallForProcess();
        return machine;
    }

    /// <summary>Looks at the findings when all tests have run.</summary>
    public sealed class Judge : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose()
        {
            if (Machine.IsValueCreated)
            {
                Assert.Empty(Machine.Value.Findings);
            }
        }
    }
}
