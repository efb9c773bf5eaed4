using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text.RegularExpressions;
using CudaNet.Cli.Tests.Commands;
using CudaNet.Tests.Support;
using Xunit;

namespace CudaNet.Cli.Tests.House;

/// <summary>
/// What runs once a tile, row or pixel is compiled with all optimisations at its first call (<c>MethodImplOptions.AggressiveOptimization</c>). Left to the runtime's tiers, the first
/// second of predictions takes three times as long: the compiler's own list of what it compiled, and how, shows what was forgotten. Its code shows what went to memory.
/// </summary>
public sealed partial class HotMethodTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--architecture resnet18")]
    [InlineData("--architecture resnet18 --width 128")]
    [InlineData("--architecture resnext50_32x4d")]
    public void Kernels_wait_for_no_tier(string model)
    {
        string program = ProgramTests.Binary("bench/CudaNet.Bench");
        (string Method, string Tier)[] compiled = Compiled($"dotnet '{program}' steps --no-write --rounds 1 --sizes 96 --batches 1,4 --threads 1,2 {model}");
        Assert.Contains(compiled, c => c.Method.Contains("DirectPhase`1[CudaNet.Kernels.Cpu.Simd", StringComparison.Ordinal) && c.Tier == "FullOpts");
        string[] late = [.. compiled.Where(c => IsKernel(c.Method) && c.Tier.StartsWith("Tier1", StringComparison.Ordinal)).Select(c => c.Method)];
        Assert.True(late.Length == 0, string.Join(Environment.NewLine, late));
    }

    /// <summary>
    /// A kernel whose sums lie on the stack takes twice the time and gives the same numbers. Transforms of whole tiles have more constants than 16 registers leave room for, and with 32 they
    /// give one another the sums of their rows: a few vectors may lie there.
    /// </summary>
    [Theory]
    [InlineData("")]
    [InlineData("--width 128")]
    public void Sums_stay_in_registers(string width)
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "the names of registers and of the stack are x86-64's");
        const string kernels = "TileKernel*:* FewTilesKernel*:* OneTileKernel*:* LanewiseKernel*:* Epilogue:Apply* Winograd4x4*:Transform* Winograd4x4*:Pixels Winograd4x4*:*Rows WinogradFilter*:Transform*";
        string methods = string.Join(' ', kernels.Split(' ').Select(k => $"CudaNet.Kernels.Cpu.{k}"));
        string program = ProgramTests.Binary("bench/CudaNet.Bench");
        string[] listings = Output($"export DOTNET_JitDisasm='{methods}'\ndotnet '{program}' steps --no-write --rounds 1 --sizes 96 --batches 1,4,5 --threads 1 {width} --architecture resnext50_32x4d")
            .Split("; Assembly listing for method ")[1..];
        (string Method, int OnStack)[] compiled = [.. listings.Where(l => l.Contains("(FullOpts)", StringComparison.Ordinal)).Select(l => (l.Split('\n')[0], VectorOnStack().Count(l)))];
        string[] withManyRegisters = width.Length == 0 && Avx512F.IsSupported ? ["FewTilesKernel`1[CudaNet.Kernels.Cpu.Winograd4x4]:Several", "OneTileKernel", ":TransformColumns", ":EvenRows", ":OddRows"] : [];
        Assert.All([":TransformProducts", ":Pixels", "TileKernel", .. withManyRegisters], name => Assert.Contains(compiled, c => c.Method.Contains(name, StringComparison.Ordinal)));
        Assert.All(compiled, c => Assert.InRange(c.OnStack, 0, c.Method.Contains(":TransformProducts", StringComparison.Ordinal) ? 8 : c.Method.Contains(":Pixels", StringComparison.Ordinal) ? 10 : 0));
    }

    [Fact]
    public void Images_wait_for_no_tier()
    {
        string image = Repository.File("samples/chelsea.jpg"), model = Repository.File("models/resnet18-leaf.safetensors");
        (string Method, string Tier)[] compiled = Compiled($"dotnet '{ToolProcess.Path}' classify '{model}' '{image}'");
        Assert.Contains(compiled, c => c.Method.StartsWith("CudaNet.Data.PillowResize:", StringComparison.Ordinal) && c.Tier == "FullOpts");
        string[] late = [.. compiled.Where(c => c.Method.StartsWith("CudaNet.Data.", StringComparison.Ordinal) && c.Tier.Contains("OSR", StringComparison.Ordinal)).Select(c => c.Method)];
        Assert.True(late.Length == 0, string.Join(Environment.NewLine, late));
    }

    /// <summary>Compiled for a width of vectors, or what hands out work and locates values; no part of loading a plan.</summary>
    private static bool IsKernel(string method)
    {
        string name = method[..method.IndexOf('(', StringComparison.Ordinal)];
        return (name.Contains("CudaNet.Kernels.Cpu.Simd", StringComparison.Ordinal) || Plain().IsMatch(name)) && !Loading().IsMatch(name);
    }

    /// <summary>
    /// Every method that a command's process compiled, and its tier. Methods are compiled again, as <c>Tier1</c>, as soon as they were called 30 times. The list comes on standard output: a
    /// file for it is closed at the process's end while a thread may still compile, which now and then ends the process with a signal.
    /// </summary>
    private (string Method, string Tier)[] Compiled(string command)
    {
        string list = Output($"export DOTNET_TC_CallCountingDelayMs=0 DOTNET_JitDisasmSummary=1\n{command}");
        return [.. list.Split('\n').Select(l => Line().Match(l)).Where(m => m.Success).Select(m => (m.Groups[1].Value, m.Groups[2].Value))];
    }

    private string Output(string script)
    {
        Tool process = ToolProcess.Bash(_folder, script);
        Assert.True(process.Code == ExitCode.Success, process.Error);
        return process.Out;
    }

    /// <summary>An instruction of a vector register and of memory beside the stack's or the frame's pointer.</summary>
    [GeneratedRegex(@"^(?=[^;\n]*[xyz]mm\d)[^;\n]*\[(rsp|rbp)", RegexOptions.Multiline)]
    private static partial Regex VectorOnStack();

    [GeneratedRegex(@"JIT compiled (.*\(.*) \[([^,\]]+), IL size")]
    private static partial Regex Line();

    [GeneratedRegex(@"^CudaNet\.Kernels\.Cpu\.(StoringPhase|WorkTeam|WorkShares:(Begin|TryTake)|TransformedBlocks|PoolWorker:(Loop|SeesCall|WaitForCall|Call|TryClaim)|WorkerPool:(Claim|Unclaim)|PixelOffsets|StoredValue|HostInput|CompactInput|SpaceToDepthInput:Copy|InputScale|WindowPacker|DirectTiling:Cut|TileGrid:Tile)")]
    private static partial Regex Plain();

    [GeneratedRegex(@"PlanLoader|ProgramLoader|Layer:|WinogradStep:|WinogradTiling:|TileBlocks`1|DirectConvolution:Splits|ExchangeKernel:(Pixels|Permutations)|DirectTiling:(Of|UnitOf|ItemOf|ReadsInPlace|LeastPixels|PixelBytes)|TileKernel:(Panels|MostRows)|Elements$|GroupOffsets|Share$|<|:\.c?ctor|:[gs]et_")]
    private static partial Regex Loading();
}
