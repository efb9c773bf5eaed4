using System.Reflection;
using CudaNet.Kernels.Cuda.Native;
using CudaNet.Tests.Support;

namespace CudaNet.Emulator.Tests.Native;

/// <summary>What the tables declare, and the rows taken from NVIDIA's headers that they are held against.</summary>
internal static class Tables
{
    /// <summary>The tables of functions.</summary>
    public static readonly Type[] All = [typeof(DriverApi), typeof(CublasApi), typeof(CublasLtApi), typeof(CudnnApi)];

    /// <summary>The functions of a table.</summary>
    public static FieldInfo[] Functions(Type table) => table.GetFields(BindingFlags.Public | BindingFlags.Instance);

    /// <summary>Rows of a file beside the tests, cut at the tabs.</summary>
    public static string[][] Rows(string file) =>
        [.. File.ReadLines(Repository.File($"tests/CudaNet.Emulator.Tests/data/{file}")).Select(static l => l.Split('\t'))];
}
