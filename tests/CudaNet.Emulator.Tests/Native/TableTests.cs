using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using CudaNet.Kernels.Cuda.Native;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Emulator.Tests.Native;

/// <summary>Every declaration of the native layer is the one of NVIDIA's headers.</summary>
public sealed class TableTests
{
    /// <summary>Handles are opaque: all are one address wide.</summary>
    private static readonly string[] Handles =
    [
        "CUcontext", "CUevent", "CUfunction", "CUgraph", "CUgraphExec", "CUgraphNode", "CUhostFn", "CUmodule", "CUstream", "cudaStream_t",
        "cublasHandle_t", "cublasLtHandle_t", "cublasLtMatmulDesc_t", "cublasLtMatmulPreference_t", "cublasLtMatrixLayout_t",
        "cudnnHandle_t", "cudnnActivationDescriptor_t", "cudnnConvolutionDescriptor_t", "cudnnFilterDescriptor_t", "cudnnPoolingDescriptor_t", "cudnnTensorDescriptor_t",
    ];

    public static TheoryData<string> Functions => [.. Tables.All.SelectMany(Tables.Functions).Select(f => f.Name)];

    [Fact]
    public void Each_row_of_the_data_is_declared_once() =>
        Assert.Equal(Tables.Rows("signatures.tsv").Select(r => r[1]).Order(StringComparer.Ordinal), Functions.Select(f => (string)f).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Functions))]
    public void A_function_is_declared_as_in_the_headers(string name)
    {
        FieldInfo field = Tables.All.SelectMany(Tables.Functions).Single(f => f.Name == name);
        string[] row = Tables.Rows("signatures.tsv").Single(r => r[1] == name);
        Type type = field.FieldType;
        Assert.True(type.IsUnmanagedFunctionPointer);
        Assert.Equal(Name(row[2]), Name(type.GetFunctionPointerReturnType()));
        Assert.Equal(
            row[3].Length == 0 ? [] : row[3].Split(';').Select(Name),
            type.GetFunctionPointerParameterTypes().Select(Name));
    }

    [Fact]
    public void Each_function_is_in_use()
    {
        string[] sources = [.. Directory.EnumerateFiles(Repository.File("src"), "*.cs", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Repository.File("tests/CudaNet.Emulator.Tests"), "*.cs", SearchOption.AllDirectories))
            .Where(f => !f.Contains("/Cuda/Native/", StringComparison.Ordinal) && !f.Contains("/Exports/", StringComparison.Ordinal) && !f.Contains("/obj/", StringComparison.Ordinal))
            .Select(File.ReadAllText)];
        HashSet<string> called = [.. sources.SelectMany(s => Regex.Matches(s, @"\.(cu\w+)\b(?:\(|,| ==| !=)")).Select(m => m.Groups[1].Value)];
        Assert.DoesNotContain(Functions.Select(f => (string)f), f => !called.Contains(f));
    }

    [Fact]
    public void Each_enumerator_has_the_value_of_the_headers()
    {
        Dictionary<string, string> values = Tables.Rows("enumerators.tsv").ToDictionary(r => r[2], r => r[3]);
        Type[] enums = [.. typeof(DriverApi).Assembly.GetTypes().Where(t => t is { IsEnum: true, Namespace: "CudaNet.Kernels.Cuda.Native" })];
        Assert.True(enums.Length > 20);
        foreach (Type type in enums)
        {
            foreach (string name in Enum.GetNames(type))
            {
                string value = Enum.Format(type, Enum.Parse(type, name), "d");
                Assert.True(values.TryGetValue(name, out string? expected), $"{name} is in no header");
                // A row lists versions where they differ: `8.9.1=3 9.6=2000`.
                Assert.Contains(value, expected.Split(' ').Select(static v => v.Split('=')[^1]));
            }
        }
    }

    [Fact]
    public void Structures_have_the_size_and_offsets_of_the_headers()
    {
        Assert.Equal(16, Unsafe.SizeOf<CUuuid>());
        Assert.Equal(24, Unsafe.SizeOf<CUgraphExecUpdateResultInfo>());
        Assert.Equal(48, Unsafe.SizeOf<cudnnConvolutionFwdAlgoPerf_t>());
        Assert.Equal(64, Unsafe.SizeOf<cublasLtMatmulAlgo_t>());
        Assert.Equal(96, Unsafe.SizeOf<cublasLtMatmulHeuristicResult_t>());
        CUgraphExecUpdateResultInfo info = default;
        Assert.Equal([0, 8, 16], [Offset(ref info, ref info.result), Offset(ref info, ref info.errorNode), Offset(ref info, ref info.errorFromNode)]);
        cudnnConvolutionFwdAlgoPerf_t perf = default;
        Assert.Equal(
            [0, 4, 8, 16, 24, 28],
            [Offset(ref perf, ref perf.algo), Offset(ref perf, ref perf.status), Offset(ref perf, ref perf.time), Offset(ref perf, ref perf.memory), Offset(ref perf, ref perf.determinism), Offset(ref perf, ref perf.mathType)]);
        cublasLtMatmulHeuristicResult_t found = default;
        Assert.Equal(
            [0, 64, 72, 76],
            [Offset(ref found, ref found.algo), Offset(ref found, ref found.workspaceSize), Offset(ref found, ref found.state), Offset(ref found, ref found.wavesCount)]);
    }

    private static int Offset<TStruct, TField>(ref TStruct owner, ref TField field)
        where TStruct : struct
        where TField : struct
        => (int)Unsafe.ByteOffset(ref Unsafe.As<TStruct, byte>(ref owner), ref Unsafe.As<TField, byte>(ref field));

    /// <summary>A type of the headers, by the name that C# gives it.</summary>
    private static string Name(string type)
    {
        int stars = type.Length - type.TrimEnd('*').Length;
        string name = type[..^stars];
        return (name switch
        {
            "i8" => nameof(Byte),
            "u8" => nameof(Byte),
            "u16" => nameof(UInt16),
            "i32" => nameof(Int32),
            "u32" => nameof(UInt32),
            "i64" => nameof(Int64),
            "u64" => nameof(UInt64),
            "f32" => nameof(Single),
            "f64" => nameof(Double),
            "usize" or "size_t" => nameof(UIntPtr),
            "void" => "Void",
            "cudaDataType_t" => nameof(cudaDataType),
            _ => Handles.Contains(name) ? nameof(IntPtr) : name,
        }) + new string('*', stars);
    }

    private static string Name(Type type) => type.IsPointer ? Name(type.GetElementType()!) + "*" : type.Name;
}
