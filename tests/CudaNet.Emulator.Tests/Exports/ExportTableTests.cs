using System.Reflection;
using System.Runtime.InteropServices;
using CudaNet.Emulator.Exports;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Tests.Exports;

/// <summary>The exported functions against the driver's own list: names, parameters, the version each appeared in.</summary>
public sealed class ExportTableTests
{
    private static readonly string[] Handles =
    [
        "CUcontext", "CUmodule", "CUfunction", "CUstream", "CUevent", "CUgraph", "CUgraphExec", "CUgraphNode", "CUmemoryPool", "CUlinkState",
        "CUlibrary", "CUkernel", "CUhostFn", "CUstreamCallback", "CUoccupancyB2DSize",
    ];

    private static readonly Dictionary<string, string> Primitives = new()
    {
        ["u8"] = "Byte",
        ["i8"] = "Byte",
        ["u16"] = "UInt16",
        ["u32"] = "UInt32",
        ["i32"] = "Int32",
        ["u64"] = "UInt64",
        ["usize"] = "UIntPtr",
        ["f32"] = "Single",
        ["void"] = "Void",
        ["CUdeviceptr_v1"] = "UInt32",
        ["CUctxCreateParams"] = "Void",
        ["CUgraphEdgeData"] = "Void",
        ["CUoutput_mode"] = "Int32",
        ["CUfunc_cache"] = "Int32",
        ["CUsharedconfig"] = "Int32",
        ["CUmoduleLoadingMode"] = "Int32",
        ["CUlibraryOption"] = "Int32",
    };

    private static IEnumerable<string[]> Rows => File.ReadLines(Repository.File("tests/CudaNet.Emulator.Tests/data/driver-exports.tsv"))
        .Skip(1).Select(line => line.Split('\t'));

    /// <summary>Every name that the driver exports; and of the functions that do something, those whose parameters are held below.</summary>
    [Fact]
    public void The_table_holds_exactly_the_driver_s_functions()
    {
        string[] names = [.. File.ReadLines(Repository.File("tests/CudaNet.Emulator.Tests/data/driver-names.txt")), "cuLaunchHostFunc_v2"];
        Assert.Equal(names.Order(StringComparer.Ordinal), DriverExportTable.All.Select(e => e.Name).Order(StringComparer.Ordinal));
        IEnumerable<string> implemented = typeof(DriverExports).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(m => m.Name);
        Assert.Equal(Rows.Select(r => r[0]).Order(StringComparer.Ordinal), implemented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_address_is_its_own_function() =>
        Assert.Equal(DriverExportTable.All.Count, DriverExportTable.All.Select(e => e.Address).Distinct().Count());

    [Fact]
    public void Each_function_has_the_driver_s_parameters()
    {
        foreach (string[] row in Rows)
        {
            MethodInfo method = typeof(DriverEntryPoints).GetMethod(row[0])!;
            string[] expected = [.. row[1].Split(';', StringSplitOptions.RemoveEmptyEntries).Select(Name)];
            string[] actual = [.. method.GetParameters().Select(p => p.ParameterType.Name)];
            Assert.True(expected.SequenceEqual(actual), $"{row[0]}: {string.Join(", ", expected)} is not {string.Join(", ", actual)}");
            Assert.Equal("CUresult", method.ReturnType.Name);
        }
    }

    [Theory]
    [InlineData("Driver", 600)]
    [InlineData("Cublas", 30)]
    [InlineData("CublasLt", 15)]
    [InlineData("Cudnn", 60)]
    public void Each_function_is_exported_under_its_name(string library, int least)
    {
        Type entries = typeof(DriverEntryPoints).Assembly.GetType($"CudaNet.Emulator.Exports.{library}EntryPoints")!;
        MethodInfo[] functions = entries.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly);
        Assert.True(functions.Length >= least, $"{functions.Length} functions");
        Assert.All(functions, f => Assert.Equal(f.Name, f.GetCustomAttribute<UnmanagedCallersOnlyAttribute>()!.EntryPoint));
    }

    /// <summary>An older name of the same interface has the parameters of the newer one.</summary>
    [Theory]
    [InlineData("cuCtxCreate", "CUcontext*;u32;i32")]
    [InlineData("cuCtxDestroy", "CUcontext")]
    [InlineData("cuCtxPopCurrent", "CUcontext*")]
    [InlineData("cuCtxPushCurrent", "CUcontext")]
    [InlineData("cuEventDestroy", "CUevent")]
    [InlineData("cuDevicePrimaryCtxReset", "i32")]
    [InlineData("cuDevicePrimaryCtxSetFlags", "i32;u32")]
    [InlineData("cuMemHostRegister", "void*;usize;u32")]
    [InlineData("cuLinkCreate", "u32;CUjit_option*;void**;CUlinkState*")]
    [InlineData("cuLinkAddData", "CUlinkState;CUjitInputType;void*;usize;i8*;u32;CUjit_option*;void**")]
    public void An_older_name_has_the_driver_s_parameters(string name, string parameters) =>
        Assert.Equal(parameters.Split(';').Select(Name), typeof(DriverEntryPoints).GetMethod(name)!.GetParameters().Select(p => p.ParameterType.Name));

    [Fact]
    public void Each_function_has_its_version()
    {
        foreach (string[] row in Rows)
        {
            string[] parts = row[2].Split('.');
            int version = (int.Parse(parts[0]) * 1000) + (int.Parse(parts[1]) * 10);
            Assert.Equal(version, DriverExportTable.All.Single(e => e.Name == row[0]).Since);
        }
    }

    [Fact]
    public void An_older_driver_lacks_the_newer_functions()
    {
        using var machine = new EmulatedMachine(new EmulatorOptions { DriverVersion = 12040 });
        Assert.NotEqual(0, machine.Libraries.Driver.Find("cuFuncLoad"));
        Assert.Equal(0, machine.Libraries.Driver.Find("cuEventElapsedTime_v2"));
        Assert.Equal(0, machine.Libraries.Driver.Find("cuCtxGetDevice_v2"));
        Assert.Equal(0, machine.Libraries.Driver.Find("cuNoSuchFunction"));
    }

    private static string Name(string type)
    {
        string bare = type.TrimEnd('*');
        string stars = type[bare.Length..];
        return (Handles.Contains(bare) ? "IntPtr" : Primitives.GetValueOrDefault(bare, bare)) + stars;
    }
}
