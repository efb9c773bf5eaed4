using System.Diagnostics;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Algorithms.ScanReduceOperations;
using ILGPU.Runtime;
using Xunit;

namespace CudaNet.Emulator.Driver.Tests;

/// <summary>
/// ILGPU.Algorithms' scans. Over several groups they go in one pass: each group waits until the one before is done, which a plain launch does not promise,
/// and reads what it left behind an atomic without a fence, which is a race by PTX's memory model. Every GPU lets that pass; here a process of its own says so.
/// </summary>
[Collection(nameof(OneMachine))]
public sealed class IlgpuScanTests
{
    private const int OneGroup = 100;
    private const int SeveralGroups = 1500;
    private const string Races = "CUDANET_EMULATOR_RACES";
    private const string InOrder = "CUDANET_EMULATOR_BLOCKS_IN_ORDER";

    [Fact]
    public void Scans_of_one_group_add_up() => Scan(OneGroup);

    [Fact]
    public async Task Scans_of_several_groups_add_up_where_blocks_run_in_order_and_races_are_reported()
    {
        if (Environment.GetEnvironmentVariable(Races) == "report" && Environment.GetEnvironmentVariable(InOrder) == "1")
        {
            Scan(SeveralGroups);
            return;
        }

        PublishedLibrary.Require();
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(IlgpuScanTests).Assembly.Location);
        }

        foreach (string argument in (string[])["-noLogo", "-noColor", "-method", $"{typeof(IlgpuScanTests).FullName}.{nameof(Scans_of_several_groups_add_up_where_blocks_run_in_order_and_races_are_reported)}"])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[Races] = "report";
        start.Environment[InOrder] = "1";
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(child.ExitCode == 0 && output.Contains("Total: 1", StringComparison.Ordinal), output);
        string[] findings = [.. (await errors).Split('\n').Where(line => line.StartsWith("CudaNet.Emulator: ", StringComparison.Ordinal))];
        Assert.NotEmpty(findings);
        Assert.All(findings, finding => Assert.StartsWith("CudaNet.Emulator: Race: kernel 'Kernel_SinglePassScanKernel'", finding, StringComparison.Ordinal));
    }

    private static void Scan(int count)
    {
        using IlgpuDevice device = new();
        int[] values = [.. Enumerable.Range(0, count).Select(i => (int)((uint)(i * 2654435761) >> 8) - (1 << 23))];
        int[] sums = new int[count];
        for (int i = 0, sum = 0; i < count; i++)
        {
            sums[i] = sum += values[i];
        }

        Assert.Equal(sums, Scanned(device, ScanKind.Inclusive, values));
        Assert.Equal([0, .. sums[..^1]], Scanned(device, ScanKind.Exclusive, values));
    }

    private static int[] Scanned(IlgpuDevice device, ScanKind kind, int[] values)
    {
        using MemoryBuffer1D<int, Stride1D.Dense> input = device.Accelerator.Allocate1D(values);
        using MemoryBuffer1D<int, Stride1D.Dense> result = device.Accelerator.Allocate1D<int>(values.Length);
        using MemoryBuffer1D<int, Stride1D.Dense> temporary = device.Accelerator.Allocate1D<int>(device.Accelerator.ComputeScanTempStorageSize<int>(values.Length));
        temporary.MemSetToZero();
        device.Accelerator.CreateScan<int, Stride1D.Dense, Stride1D.Dense, AddInt32>(kind)(device.Accelerator.DefaultStream, input.View, result.View, temporary.View);
        device.Accelerator.Synchronize();
        return result.GetAsArray1D();
    }
}
